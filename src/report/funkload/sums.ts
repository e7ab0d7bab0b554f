/** What FunkLoad adds up of one kind of thing in one cycle, with its own rules; the report beside it has the right ones. */
import { pooled, type Samples } from '../../model/samples.ts';

/** Apdex T: FunkLoad's default. */
export const apdexSeconds = 1.5;

export class Sums {
  count = 0;
  failed = 0;
  #total = 0;
  #min = 999_999_999;
  #max = 0;
  #satisfied = 0;
  #tolerating = 0;
  #judged = 0;
  /** As they were kept, not copied: there may be millions. */
  readonly #durations: Float64Array[] = [];
  readonly #bySecond = new Map<number, number>();

  /** All responses; what failed is in every figure. */
  addAll({ startSeconds, seconds, outcomes }: Samples): void {
    for (const [at, duration] of seconds.entries()) {
      this.#count(outcomes[at] === 0);
      this.#time(startSeconds[at] ?? 0, duration);
    }
    this.#durations.push(seconds);
    this.judge({ seconds });
  }

  /** Pages and tests: those that failed are counted, and in no other figure. Apdex isn't theirs: see judge. */
  addSuccessful({ startSeconds, seconds, outcomes }: Samples): void {
    for (const [at, duration] of seconds.entries()) {
      const isSuccess = outcomes[at] === 0;
      this.#count(isSuccess);
      if (isSuccess) this.#time(startSeconds[at] ?? 0, duration);
    }
    this.#durations.push(seconds.filter((_, at) => outcomes[at] === 0));
  }

  /** Into Apdex, also what failed: a fast failure satisfies. */
  judge({ seconds }: Pick<Samples, 'seconds'>): void {
    for (const duration of seconds) {
      if (duration < apdexSeconds) this.#satisfied++;
      else if (duration < 4 * apdexSeconds) this.#tolerating++;
    }
    this.#judged += seconds.length;
  }

  get succeeded(): number {
    return this.count - this.failed;
  }

  get failedPercent(): number {
    return this.count === 0 ? 0 : (100 * this.failed) / this.count;
  }

  get minSeconds(): number {
    return Math.min(this.#max, this.#min);
  }

  /** Over all of them, also where only some are in the sum. */
  get meanSeconds(): number {
    return this.count === 0 ? 0 : this.#total / this.count;
  }

  get maxSeconds(): number {
    return this.#max;
  }

  /** The most that began in a second of the clock. */
  get perSecondMax(): number {
    let most = 0;
    for (const count of this.#bySecond.values()) most = Math.max(most, count);
    return most;
  }

  get apdex(): number {
    return this.#judged === 0 ? 0 : (this.#satisfied + this.#tolerating / 2) / this.#judged;
  }

  /** One rank above the nearest; -1 where there is none. */
  percentiles(percents: readonly number[]): readonly number[] {
    const sorted = pooled(this.#durations).sort();
    return percents.map((percent) => sorted[Math.trunc((percent / 100) * sorted.length)] ?? -1);
  }

  #count(isSuccess: boolean): void {
    this.count++;
    if (!isSuccess) this.failed++;
  }

  #time(start: number, duration: number): void {
    const second = Math.trunc(start);
    this.#bySecond.set(second, (this.#bySecond.get(second) ?? 0) + 1);
    this.#total += duration;
    this.#min = Math.min(this.#min, duration);
    this.#max = Math.max(this.#max, duration);
  }
}
