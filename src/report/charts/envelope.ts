/** Long series, column by column: the least and the most of each, so that no peak and no dip is averaged away. */
export interface Extent {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

export function envelope(points: readonly (readonly [x: number, y: number])[], columns: number): readonly Extent[] {
  if (points.length <= columns) return points.map(([x, y]) => ({ x, low: y, high: y }));
  const width = points.length / columns;
  return Array.from({ length: columns }, (_, column) => {
    const inside = points.slice(Math.floor(column * width), Math.floor((column + 1) * width));
    return {
      x: inside[0]?.[0] ?? 0,
      low: inside.reduce((least, [, y]) => Math.min(least, y), Infinity),
      high: inside.reduce((most, [, y]) => Math.max(most, y), -Infinity),
    };
  });
}
