/**
 * A result as the merge holds it, so that those of hundreds of hosts fit into memory: measurements in their columns while
 * there are not too many of them in all, figures as stretches, cases in one table for all.
 */
import type { Claim, Fault, Measured, Operation } from '../../../model/measured.ts';
import { samplesOf, traitsOf } from '../../../model/measured-traits.ts';
import { histogramOf, type Samples } from '../../../model/samples.ts';
import type { CaseTable } from './case-table.ts';
import { heldFigures, type HeldFigure } from './figures.ts';

export interface HeldResult extends Pick<
  Measured,
  'tool' | 'toolVersion' | 'host' | 'asked' | 'said' | 'window' | 'errors' | 'unfinished'
> {
  /** Its number in the table of cases. */
  readonly source: number;
  readonly traits: ReturnType<typeof traitsOf>;
  readonly operations: readonly HeldOperation[];
  readonly hasCases: boolean;
  /** As they were read, to be found again in the run. */
  readonly sums: {
    readonly operations: number;
    readonly errors: number;
    readonly bytes: number;
    readonly cases: number;
  };
  /** It was told to verify what it reads. */
  readonly isVerifying: boolean;
  readonly faults: readonly Fault[];
  /** More of them than are held. */
  readonly faultsLeftOut: number;
  readonly figures: readonly HeldFigure[];
  /** Those that don't hold. */
  readonly falseClaims: readonly Claim[];
}

export interface HeldOperation extends Operation {
  /** How many ended in each second, where single measurements are no longer there. */
  readonly seconds?: Seconds;
}

/** From `first` on, in seconds since 1970. */
export interface Seconds {
  readonly first: number;
  readonly counts: Uint32Array;
  readonly failed: Uint32Array;
}

/** Of all results together: 136 MB. Beyond, all become histograms, so that their order makes no difference. */
export const maxSamples = 8_000_000;
/** Of one result. */
const maxFaults = 200;
const maxClaims = 100;
const maxErrors = 300;

export class Holding {
  readonly cases: CaseTable;
  readonly #maxSamples: number;
  readonly #results: { -readonly [Key in keyof HeldResult]: HeldResult[Key] }[] = [];
  #samples = 0;

  constructor(cases: CaseTable, { samples = maxSamples }: { readonly samples?: number } = {}) {
    this.cases = cases;
    this.#maxSamples = samples;
  }

  /** Nothing else of it is needed then. */
  add(measured: Measured): HeldResult {
    const { tool, toolVersion, host, asked, said, window, unfinished, operations, errors, faults, claims } = measured;
    const source = this.#results.length;
    this.cases.take(source, measured.cases);
    const held = {
      source,
      tool,
      ...(toolVersion === undefined ? {} : { toolVersion }),
      ...(host === undefined ? {} : { host }),
      ...(said === undefined ? {} : { said }),
      ...(window === undefined ? {} : { window }),
      ...(unfinished === undefined ? {} : { unfinished }),
      asked,
      traits: traitsOf(measured),
      operations,
      hasCases: measured.cases.length > 0,
      sums: sumsOf(measured),
      isVerifying: isVerifying(measured),
      errors: errors.toSorted((a, b) => b.count - a.count).slice(0, maxErrors),
      faults: faults.slice(0, maxFaults),
      faultsLeftOut: Math.max(0, faults.length - maxFaults),
      figures: heldFigures(measured.figures),
      falseClaims: claims.filter(({ said: stated, counted }) => stated !== counted).slice(0, maxClaims),
    };
    this.#results.push(held);
    const before = this.#samples;
    this.#samples += samplesIn(operations);
    if (this.#samples > this.#maxSamples) this.#fold(before > this.#maxSamples ? [held] : this.#results);
    return held;
  }

  #fold(results: readonly { operations: readonly HeldOperation[] }[]): void {
    for (const result of results) result.operations = result.operations.map(folded);
  }
}

function sumsOf({ operations, cases }: Measured): HeldResult['sums'] {
  const sum = (pick: (operation: Operation) => number): number =>
    operations.reduce((total, operation) => total + pick(operation), 0);
  return {
    operations: sum(({ count }) => count),
    errors: sum(({ failed }) => failed),
    bytes: sum(({ bytes }) => bytes ?? 0),
    cases: cases.length,
  };
}

function isVerifying({ definitions, faults }: Measured): boolean {
  const told = definitions.some(({ name, value }) => name === 'verify' && !['0', 'none', 'null'].includes(value));
  return told || faults.some(({ kind }) => kind === 'verify');
}

function samplesIn(operations: readonly Operation[]): number {
  return operations.reduce(
    (sum, { latencies }) =>
      sum +
      latencies.reduce((all, { spread }) => all + (spread.kind === 'samples' ? spread.samples.seconds.length : 0), 0),
    0,
  );
}

function folded(operation: HeldOperation): HeldOperation {
  const samples = samplesOf(operation);
  if (samples === undefined) return operation;
  const seconds = secondsOf(samples);
  return {
    ...operation,
    ...(seconds === undefined ? {} : { seconds }),
    latencies: operation.latencies.map(({ spread, ...latency }) => ({
      ...latency,
      spread: spread.kind === 'samples' ? { kind: 'histogram', histogram: histogramOf(spread.samples) } : spread,
    })),
  };
}

/** A day; what says that it took longer is spread evenly over its time. */
const maxSeconds = 86_400;

function secondsOf({ startSeconds, seconds, outcomes }: Samples): Seconds | undefined {
  let first = Infinity;
  let last = -Infinity;
  for (let at = 0; at < seconds.length; at++) {
    const end = Math.floor((startSeconds[at] ?? 0) + (seconds[at] ?? 0));
    first = Math.min(first, end);
    last = Math.max(last, end);
  }
  if (!(last - first < maxSeconds)) return undefined;
  const counts = new Uint32Array(last - first + 1);
  const failed = new Uint32Array(counts.length);
  for (let at = 0; at < seconds.length; at++) {
    const second = Math.floor((startSeconds[at] ?? 0) + (seconds[at] ?? 0)) - first;
    counts[second] = (counts[second] ?? 0) + 1;
    if (outcomes[at] !== 0) failed[second] = (failed[second] ?? 0) + 1;
  }
  return { first, counts, failed };
}
