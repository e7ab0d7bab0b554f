/**
 * The records that claims about hosts look at, wherever in a journal they are: operations that took too long, and errors
 * that the workload can't have expected. They are few, so that a whole run's are kept together.
 */
import { errnoNameOf } from '../../model/errno.ts';
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import type { HistoryFacts } from './evidence.ts';
import { stressPhase } from './phases.ts';
import type { BlockSegment } from './record-log.ts';

/** How long an operation took, or for how long it had had no answer when its block was written; not what a read saw beyond its first run. */
export function ageMsOf({ views: { u8, f64 }, writtenNs }: BlockSegment, at: number): number {
  if (u8[at * 64 + layout.kind] === recordKinds.observe) return 0;
  const isPending = u8[at * 64 + layout.outcome] === outcomes.pending;
  const endNs = isPending ? writtenNs : (f64[at * 8 + layout.endNs] ?? 0);
  return (endNs - (f64[at * 8 + layout.startNs] ?? 0)) / 1e6;
}

/** What hosts and file systems may lack. */
const missingCalls: ReadonlySet<string> = new Set(['ENOTSUP', 'ENOSYS']);

/** An error of stress that can't be an expected one: a name of another's tree that isn't there, or a call. */
export function isUnexpected({ views, phase, worker }: BlockSegment, at: number): boolean {
  const { u8, u16 } = views;
  if (phase !== stressPhase || u8[at * 64 + layout.outcome] !== outcomes.error) return false;
  if (u8[at * 64 + layout.kind] === recordKinds.observe) return false;
  const error = errnoNameOf(u16[at * 32 + layout.errno] ?? 0, '');
  if (missingCalls.has(error)) return false;
  return error !== 'ENOENT' || u16[at * 32 + layout.owner] === worker;
}

/** Shown of the errors of a host. */
export const maxErrorsShown = 3;

/** What a host took too long for; a journal that has more is no host's that we know. */
const maxHung = 1_000_000;

/** Takes the blocks of one host's journal, and gives of each what is striking. */
export class StrikingRecords {
  /** What took longer may have taken too long: a little less than that, for what rounding does to it. */
  readonly longNs: number;
  readonly #hungMs: number;
  #errorsLeft = maxErrorsShown;
  #hungLeft = maxHung;

  constructor({ limits }: HistoryFacts) {
    this.#hungMs = limits?.hungMs ?? Infinity;
    this.longNs = this.#hungMs * 999_999;
  }

  /** `rare`: the places of all that didn't succeed, or took longer than `longNs`. Undefined where none is striking. */
  take(segment: BlockSegment, rare: readonly number[]): Uint8Array | undefined {
    const places = rare.filter((at) => this.#isStriking(segment, at));
    if (places.length === 0) return undefined;
    const records = new Uint8Array(places.length * 64);
    for (const [place, at] of places.entries()) {
      records.set(segment.views.u8.subarray(at * 64, (at + 1) * 64), place * 64);
    }
    return records;
  }

  #isStriking(segment: BlockSegment, at: number): boolean {
    if (this.#hungLeft > 0 && ageMsOf(segment, at) > this.#hungMs) {
      this.#hungLeft--;
      return true;
    }
    if (this.#errorsLeft === 0 || !isUnexpected(segment, at)) return false;
    this.#errorsLeft--;
    return true;
  }
}
