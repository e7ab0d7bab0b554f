/** Long series, column by column: the least and the most of each, so that no peak and no dip is averaged away. */
export interface Extent {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** A column in which no value is known has `low` above `high`. */
export function envelope(
  points: readonly (readonly [x: number, y: number | null])[],
  columns: number,
): readonly Extent[] {
  const width = Math.max(1, points.length / columns);
  return Array.from({ length: Math.min(points.length, columns) }, (_, column) => {
    const inside = points.slice(Math.floor(column * width), Math.floor((column + 1) * width));
    return {
      x: inside[0]?.[0] ?? 0,
      low: inside.reduce((least, [, y]) => Math.min(least, y ?? Infinity), Infinity),
      high: inside.reduce((most, [, y]) => Math.max(most, y ?? -Infinity), -Infinity),
    };
  });
}
