/**
 * The operations of one file while it is read. Every measurement is kept, until there are so many in the file that memory
 * would grow with it: then all turn into histograms, which says so in their kind.
 */
import { bucketOf, type SparseHistogram } from '../model/histogram.ts';
import type { Operation, Spread, Window } from '../model/measured.ts';
import { outcomes, type Outcome, type Samples } from '../model/samples.ts';
import type { Budget } from './budget.ts';

/** What tells operations from each other. */
export type Identity = Pick<Operation, 'kind' | 'name' | 'cycle' | 'labels'>;

export class Tallies {
  readonly #budget: Budget;
  readonly #byKey = new Map<string | number, Tally>();
  #isFull = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** More kinds than this are counted together. */
  get isFull(): boolean {
    return this.#isFull;
  }

  of(key: string | number, identify: () => Identity): Tally {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#budget.kinds > 0) {
      this.#budget.kinds--;
      return this.#add(key, identify());
    }
    this.#isFull = true;
    const { kind, cycle } = identify();
    // There may be as many cycles as kinds, too.
    const cycled = cycle !== undefined && cycles.has(cycle.index) ? { cycle } : {};
    const others = `others ${kind} ${cycled.cycle?.index ?? ''}`;
    return this.#byKey.get(others) ?? this.#add(others, { kind, ...cycled, name: '(others)', labels: [] });
  }

  operations(): readonly Operation[] {
    return [...this.#byKey.values()].map((tally) => tally.operation());
  }

  /** Over all that was measured. */
  window(): Window | undefined {
    let fromMs = Infinity;
    let toMs = -Infinity;
    for (const { firstSeconds, lastSeconds } of this.#byKey.values()) {
      fromMs = Math.min(fromMs, firstSeconds * 1000);
      toMs = Math.max(toMs, lastSeconds * 1000);
    }
    return fromMs <= toMs ? { fromMs: toMicroseconds(fromMs), toMs: toMicroseconds(toMs) } : undefined;
  }

  #add(key: string | number, identity: Identity): Tally {
    const tally = new Tally(identity, this.#budget);
    this.#byKey.set(key, tally);
    return tally;
  }
}

const cycles: ReadonlySet<number> = new Set(Array.from({ length: 256 }, (_, index) => index));

/** Sums of seconds have digits that mean nothing. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export class Tally {
  readonly #identity: Identity;
  readonly #budget: Budget;
  #count = 0;
  #failed = 0;
  #bytes: number | undefined;
  #columns: Samples | undefined = columns(16);
  readonly #buckets = new Map<number, number>();
  firstSeconds = Infinity;
  lastSeconds = -Infinity;

  constructor(identity: Identity, budget: Budget) {
    this.#identity = identity;
    this.#budget = budget;
  }

  add(startSeconds: number, seconds: number, outcome: Outcome): void {
    const at = this.#count++;
    if (outcome !== 'success') this.#failed++;
    if (startSeconds < this.firstSeconds) this.firstSeconds = startSeconds;
    if (startSeconds + seconds > this.lastSeconds) this.lastSeconds = startSeconds + seconds;
    const kept = this.#room(at);
    if (kept === undefined) return this.#record(seconds);
    kept.startSeconds[at] = startSeconds;
    kept.seconds[at] = seconds;
    kept.outcomes[at] = outcomes.indexOf(outcome);
  }

  addBytes(bytes: number): void {
    this.#bytes = (this.#bytes ?? 0) + bytes;
  }

  operation(): Operation {
    const fromMs = toMicroseconds(this.firstSeconds * 1000);
    const toMs = toMicroseconds(this.lastSeconds * 1000);
    return {
      ...this.#identity,
      count: this.#count,
      failed: this.#failed,
      ...(fromMs <= toMs ? { window: { fromMs, toMs } } : {}),
      ...(this.#bytes === undefined ? {} : { bytes: this.#bytes }),
      latencies: [{ of: 'total', spread: this.#spread() }],
    };
  }

  /** Columns that have a place for one more; none once the file has too many. */
  #room(at: number): Samples | undefined {
    if (this.#budget.samples <= 0) this.#fold();
    if (this.#columns === undefined) return undefined;
    this.#budget.samples--;
    if (at === this.#columns.seconds.length) this.#columns = resized(this.#columns, at * 2);
    return this.#columns;
  }

  #fold(): void {
    const kept = this.#columns;
    if (kept === undefined) return;
    this.#columns = undefined;
    const before = this.#count - 1;
    for (let at = 0; at < before; at++) this.#record(kept.seconds[at] ?? 0);
  }

  #record(seconds: number): void {
    const bucket = bucketOf(seconds * 1e9);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  #spread(): Spread {
    if (this.#columns !== undefined) return { kind: 'samples', samples: resized(this.#columns, this.#count) };
    const histogram: SparseHistogram = [...this.#buckets].sort(([a], [b]) => a - b);
    return { kind: 'histogram', histogram };
  }
}

function columns(length: number): Samples {
  return {
    startSeconds: new Float64Array(length),
    seconds: new Float64Array(length),
    outcomes: new Uint8Array(length),
  };
}

function resized(from: Samples, length: number): Samples {
  const to = columns(length);
  to.startSeconds.set(from.startSeconds.subarray(0, length));
  to.seconds.set(from.seconds.subarray(0, length));
  to.outcomes.set(from.outcomes.subarray(0, length));
  return to;
}
