/** Three digits after the point: no more was measured. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
