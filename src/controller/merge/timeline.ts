/** What all hosts did, second by second, on the run's time: each sample of an agent gives every second its share of it. */
import type { TimelineStep } from '../../model/run.ts';
import type { SampleColumns } from './result/columns.ts';
import { round } from './round.ts';
import type { HostTiming } from './timing.ts';

/** The length of a step of the timeline. */
export const stepNs = 1e9;
/** A week of seconds: what a sample says beyond is no time of this run. */
const maxSteps = 7 * 24 * 3600;

/** `p99Us` by step, of all that the journals hold. */
export function timelineOf(
  timings: readonly HostTiming[],
  zeroNs: number,
  p99Us: ReadonlyMap<number, number>,
): TimelineStep[] {
  const samples = timings.flatMap(({ result }) => result.agent?.samples ?? []);
  const steps = new Steps(samples.reduce((most, one) => Math.max(most, endOf(one, zeroNs)), 0));
  for (const [host, ofHost] of samples.entries()) steps.add(host, ofHost, zeroNs);
  return steps.told(p99Us);
}

/** Behind the last step that any of them reaches. */
function endOf({ startNs, endNs }: SampleColumns, zeroNs: number): number {
  let end = 0;
  for (let at = 0; at < endNs.length; at++)
    if ((endNs[at] ?? NaN) > (startNs[at] ?? NaN)) end = Math.max(end, Math.ceil(((endNs[at] ?? 0) - zeroNs) / stepNs));
  return Math.min(maxSteps, end);
}

class Steps {
  readonly #operations: Float64Array;
  readonly #errors: Float64Array;
  readonly #bytes: Float64Array;
  readonly #hosts: Uint32Array;
  /** Which host came to it last: each counts once. */
  readonly #last: Int32Array;

  constructor(length: number) {
    this.#operations = new Float64Array(length);
    this.#errors = new Float64Array(length);
    this.#bytes = new Float64Array(length);
    this.#hosts = new Uint32Array(length);
    this.#last = new Int32Array(length).fill(-1);
  }

  add(host: number, { startNs, endNs, operations, errors, bytes }: SampleColumns, zeroNs: number): void {
    for (let at = 0; at < startNs.length; at++) {
      if (!((endNs[at] ?? NaN) > (startNs[at] ?? NaN))) continue;
      const [start, end] = [(startNs[at] ?? NaN) - zeroNs, (endNs[at] ?? NaN) - zeroNs];
      const past = Math.min(this.#hosts.length, Math.ceil(end / stepNs));
      for (let step = Math.max(0, Math.floor(start / stepNs)); step < past; step++) {
        const commonNs = Math.min(end, (step + 1) * stepNs) - Math.max(start, step * stepNs);
        if (!(commonNs > 0)) continue;
        const share = commonNs / (end - start);
        plus(this.#operations, step, (operations[at] ?? 0) * share);
        plus(this.#errors, step, (errors[at] ?? 0) * share);
        plus(this.#bytes, step, (bytes[at] ?? 0) * share);
        if (this.#last[step] !== host) plus(this.#hosts, step, 1);
        this.#last[step] = host;
      }
    }
  }

  /** Of steps to which any host came. */
  told(p99Us: ReadonlyMap<number, number>): TimelineStep[] {
    const told: TimelineStep[] = [];
    for (const [at, hosts] of this.#hosts.entries()) {
      if (hosts === 0) continue;
      told.push({
        startMs: (at * stepNs) / 1e6,
        operationsPerSecond: round(this.#operations[at] ?? 0),
        errorsPerSecond: round(this.#errors[at] ?? 0),
        bytesPerSecond: round(this.#bytes[at] ?? 0),
        hosts,
        p99Us: p99Us.get(at) ?? null,
      });
    }
    return told;
  }
}

function plus(column: Float64Array | Uint32Array, at: number, value: number): void {
  column[at] = (column[at] ?? 0) + value;
}
