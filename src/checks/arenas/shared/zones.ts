/**
 * Whether what was written to one register, and seen there, fits one order of the writes: Gibbons and Korach's zones. Every
 * write is unique, so a value is there once, without a break. Where an operation that knows a value ended before another
 * that knows it began, the value was there all the time between: its zone. Two values at the same time, or an operation
 * with another value within such a zone, can't be.
 */

/** A write of a value, or a read that saw it; its times are the widest. */
export interface RegisterOperation {
  readonly value: string;
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** The value was there from before the first to after the second operation, and within the third knew another. */
export interface ZoneConflict {
  readonly known: RegisterOperation;
  readonly again: RegisterOperation;
  readonly other: RegisterOperation;
}

export function zoneConflict(operations: readonly RegisterOperation[]): ZoneConflict | undefined {
  const zones = [...zonesOf(operations).values()];
  const forward = zones.filter((zone) => zone.first.end < zone.last.start).sort((a, b) => a.first.end - b.first.end);
  for (const [at, zone] of forward.entries()) {
    const before = forward[at - 1];
    if (before !== undefined && zone.first.end < before.last.start) {
      return { known: before.first, again: before.last, other: zone.first };
    }
  }
  for (const zone of zones) {
    if (zone.first.end < zone.last.start) continue;
    const around = forward[firstNot(forward, (candidate) => candidate.first.end < zone.last.start) - 1];
    if (around !== undefined && zone.first.end < around.last.start) {
      return { known: around.first, again: around.last, other: zone.first };
    }
  }
  return undefined;
}

/** Of all that know one value, who ended first and who began last. */
interface Zone {
  first: RegisterOperation;
  last: RegisterOperation;
}

function zonesOf(operations: readonly RegisterOperation[]): ReadonlyMap<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const operation of operations) {
    const zone = zones.get(operation.value);
    if (zone === undefined) zones.set(operation.value, { first: operation, last: operation });
    else {
      if (operation.end < zone.first.end) zone.first = operation;
      if (operation.start > zone.last.start) zone.last = operation;
    }
  }
  return zones;
}

function firstNot<T>(all: readonly T[], holds: (one: T) => boolean): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = all[middle];
    if (one !== undefined && holds(one)) low = middle + 1;
    else high = middle;
  }
  return low;
}
