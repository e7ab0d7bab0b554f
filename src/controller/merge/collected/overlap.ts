/**
 * When the results were: rates are of the time in which all hosts were at work, and of a cycle of the time in which all were
 * in that cycle. The times are those of the hosts' own clocks.
 */
import { samplesOf } from '../../../model/measured-traits.ts';
import type { Window } from '../../../model/measured.ts';
import type { Receipt } from '../../../model/receipt.ts';
import { round } from '../round.ts';
import type { HeldOperation, HeldResult } from './held-result.ts';

/** A result, and whose it is. */
export interface BroughtResult {
  /** Its index in the plan. */
  readonly host: number;
  readonly name: string;
  /** The file that it is in: what one file holds was written by one tool, of one test. */
  readonly file: string;
  readonly held: HeldResult;
}

export interface HostWindow {
  readonly name: string;
  readonly window: Window;
}

/** By the index of the host, from its first start to its last end; not of hosts whose results don't say. */
export function windowsOf(brought: readonly BroughtResult[]): ReadonlyMap<number, HostWindow> {
  const windows = new Map<number, HostWindow>();
  for (const { host, name, held } of brought) {
    if (held.window === undefined) continue;
    const before = windows.get(host)?.window ?? held.window;
    windows.set(host, { name, window: union(before, held.window) });
  }
  return windows;
}

/** The time that lies in all of them; undefined where there is none. */
export function overlapOf(windows: Iterable<Window>): Window | undefined {
  let fromMs = -Infinity;
  let toMs = Infinity;
  for (const window of windows) {
    fromMs = Math.max(fromMs, window.fromMs);
    toMs = Math.min(toMs, window.toMs);
  }
  return Number.isFinite(fromMs) && toMs > fromMs ? { fromMs, toMs } : undefined;
}

export function union(a: Window, b: Window): Window {
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}

/** Who was done first and last, and the time that all have in common. */
export function stragglersOf(
  windows: ReadonlyMap<number, HostWindow>,
): Pick<Receipt, 'zeroEpochMs' | 'overlap' | 'firstDone' | 'lastDone'> {
  const all = [...windows.values()];
  const zeroEpochMs = zeroOf(windows);
  if (zeroEpochMs === undefined) return {};
  const byEnd = all.toSorted((a, b) => a.window.toMs - b.window.toMs);
  const [first, last] = [byEnd[0], byEnd.at(-1)];
  const overlap = overlapOf(all.map(({ window }) => window));
  const since = (ms: number): number => round(ms - zeroEpochMs);
  return {
    zeroEpochMs,
    ...(overlap === undefined ? {} : { overlap: { startMs: since(overlap.fromMs), endMs: since(overlap.toMs) } }),
    ...(first === undefined ? {} : { firstDone: { host: first.name, atMs: since(first.window.toMs) } }),
    ...(last === undefined ? {} : { lastDone: { host: last.name, atMs: since(last.window.toMs) } }),
  };
}

export function zeroOf(windows: ReadonlyMap<number, HostWindow>): number | undefined {
  const zero = [...windows.values()].reduce((least, { window }) => Math.min(least, window.fromMs), Infinity);
  return Number.isFinite(zero) ? zero : undefined;
}

/**
 * How many of an operation ended in a time: counted where each is known, else as if spread evenly over its own time, or its
 * result's. Undefined where nobody says when it was.
 */
export function countWithin(operation: HeldOperation, within: Window, of: Window | undefined): number | undefined {
  const samples = samplesOf(operation);
  if (samples !== undefined) {
    const { startSeconds, seconds } = samples;
    const [from, to] = [(within.fromMs - slackMs) / 1000, (within.toMs + slackMs) / 1000];
    let count = 0;
    for (let at = 0; at < seconds.length; at++) {
      const end = (startSeconds[at] ?? 0) + (seconds[at] ?? 0);
      if (end >= from && end <= to) count++;
    }
    return count;
  }
  const own = operation.window ?? of;
  if (own === undefined) return undefined;
  if (own.toMs <= own.fromMs) return own.fromMs >= within.fromMs && own.toMs <= within.toMs ? operation.count : 0;
  const commonMs = Math.min(own.toMs, within.toMs) - Math.max(own.fromMs, within.fromMs);
  return (operation.count * Math.max(0, commonMs)) / (own.toMs - own.fromMs);
}

/** Windows are whole microseconds, sums of seconds aren't. */
const slackMs = 0.001;
