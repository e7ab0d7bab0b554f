/**
 * A value that the owner of a tree changes, such as what is at a name, after each of its changes. Changes are told apart by
 * the ids of their records, which follow the owner's program order.
 */
export interface Steps {
  readonly ids: ArrayLike<number>;
  /** After the change of the same place in `ids`. */
  readonly values: ArrayLike<number>;
}

export interface GrowingSteps extends Steps {
  readonly ids: number[];
  readonly values: number[];
}

/** Beside incarnations and sizes. */
export const stepValues = { nothing: 0, folder: -1, unknown: -2 } as const;

export function addStep({ ids, values }: GrowingSteps, id: number, value: number): void {
  const last = values.length === 0 ? stepValues.nothing : values[values.length - 1];
  if (last === value) return;
  ids.push(id);
  values.push(value);
}

/** The changes that an operation may have met: those from `ended` on had perhaps not ended before it, those from `begun` on certainly began after it. */
export interface Window {
  readonly ended: number;
  readonly begun: number;
}

/** The value during all of an operation, or undefined where a change of it may have been under way. */
export function steadyValue({ ids, values }: Steps, window: Window): number | undefined {
  const next = countBelow(ids, window.ended);
  const later = ids[next];
  if (later !== undefined && later < window.begun) return undefined;
  return values[next - 1] ?? stepValues.nothing;
}

/** How many of some rising numbers are below a limit. */
export function countBelow(rising: ArrayLike<number>, limit: number): number {
  return countBetween(rising, limit, { low: 0, high: rising.length });
}

/** The same where it is mostly `near`: steps away from there double. */
export function countBelowNear(rising: ArrayLike<number>, limit: number, near: number): number {
  let step = 1;
  if (near < rising.length && (rising[near] ?? Infinity) < limit) {
    let low = near + 1;
    for (; (rising[low + step - 1] ?? Infinity) < limit; step *= 2) low += step;
    return countBetween(rising, limit, { low, high: Math.min(rising.length, low + step - 1) });
  }
  let high = Math.min(near, rising.length);
  for (; high >= step && !((rising[high - step] ?? Infinity) < limit); step *= 2) high -= step;
  return countBetween(rising, limit, { low: Math.max(0, high - step + 1), high });
}

function countBetween(rising: ArrayLike<number>, limit: number, within: { low: number; high: number }): number {
  let { low, high } = within;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Infinity) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of some rising numbers aren't above a limit. */
export function countUpTo(rising: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
