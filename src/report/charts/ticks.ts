/** Round numbers for an axis: multiples of 1, 2 or 5 times a power of ten. */
export function ticksUpTo(most: number, count: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const steps = Math.ceil(most / step - 1e-9);
  // Multiplied, not added up, and rounded to what the step means: 3 x 0.1 must read 0.3.
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
