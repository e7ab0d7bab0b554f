/**
 * A value that the owner of a tree changes, such as what is at a name, after each of its changes. Changes are told apart by
 * the ids of their records, which follow the owner's program order.
 */
export interface Steps {
  readonly ids: number[];
  /** After the change of the same place in `ids`. */
  readonly values: number[];
}

/** Beside incarnations and sizes. */
export const stepValues = { nothing: 0, folder: -1, unknown: -2 } as const;

export function addStep(steps: Steps, id: number, value: number): void {
  if ((steps.values.at(-1) ?? stepValues.nothing) === value) return;
  steps.ids.push(id);
  steps.values.push(value);
}

/** The changes that an operation may have met: those from `ended` on had perhaps not ended before it, those from `begun` on certainly began after it. */
export interface Window {
  readonly ended: number;
  readonly begun: number;
}

/** The value during all of an operation, or undefined where a change of it may have been under way. */
export function steadyValue({ ids, values }: Steps, { ended, begun }: Window): number | undefined {
  const next = countBelow(ids, ended);
  if ((ids[next] ?? Infinity) < begun) return undefined;
  return values[next - 1] ?? stepValues.nothing;
}

/** How many of some rising numbers are below a limit. */
export function countBelow(rising: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Infinity) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
