/**
 * What any tool's result file says, in one shape: the tool, the test, when it ran, what it did how often and how fast, what
 * failed. A format turns its file into this and judges nothing; whether results belong together, and what they add up to, is
 * for the merge to say. All texts are of a file that a host brought: hostile. Units are in the names: counts have none.
 */
import type { Samples } from './samples.ts';
import type { SparseHistogram } from './histogram.ts';

/** One file as it was read. */
export interface ResultFile {
  /** As it was given to us. */
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  /** Of all its bytes. */
  readonly sha256: string;
  /** Of its bytes but for blanks at its end: the same result twice has the same. */
  readonly solidSha256: string;
  readonly end: End;
  /** What is odd about it and was read all the same; also what was left out because there was too much of it. */
  readonly warnings: readonly string[];
  /** One a host: most files have one, those of fio's client and of distributed JMeter several. */
  readonly results: readonly Measured[];
}

/**
 * Whether all of the file is there. Only `whole` may count as complete: the others show what could be read before `byte`.
 * `unmarked`: nothing in such a file says where it ends, so nobody can tell.
 */
export type End =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' | 'broken'; readonly byte: number; readonly line: number; readonly reason: string }
  | { readonly kind: 'unmarked'; readonly reason: string };

export interface Measured {
  readonly tool: string;
  readonly toolVersion?: string;
  /** As the file calls it; the plan may know it by another name. */
  readonly host?: string;
  readonly test: { readonly name: string; readonly description?: string };
  readonly asked: Asked;
  /** When the tool says that it began or ended. */
  readonly said?: Moment;
  /** From the first start to the last end, ms since 1970 by the host's clock; missing where the file has local times only. */
  readonly window?: Window;
  /** Kinds overlap (a page is made of requests): sums make sense within one kind only. */
  readonly operations: readonly Operation[];
  readonly errors: readonly ErrorGroup[];
  readonly cases: readonly Case[];
  readonly faults: readonly Fault[];
  readonly figures: readonly Figure[];
  readonly claims: readonly Claim[];
  readonly definitions: readonly Definition[];
  /** Why the tool itself says that it did not do all that was asked of it. */
  readonly unfinished?: string;
}

/** What the tool was told to do: results that differ here are of different tests. */
export interface Asked {
  /** Of each cycle, as configured; rates of FunkLoad count over it. */
  readonly durationSeconds?: number;
  /** Concurrent users of each cycle. */
  readonly cycles: readonly number[];
  readonly target?: string;
  /** What else changes its figures, as the tool calls it; of the options of a job with the job's name first. Not where it works, nor what it is called. */
  readonly options?: readonly Definition[];
}

/** `local`: without a zone, so only to be compared with other local times, and then with care. */
export type Moment =
  | { readonly kind: 'absolute'; readonly epochMs: number }
  | { readonly kind: 'local'; readonly text: string };

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * test: a whole test by one virtual user. page: a request with what it drew after it. request: one of them. part: a step
 * within another sample, which counts it already. io: reads, writes. operation: of funbric's own engine.
 */
export type OperationKind = 'test' | 'page' | 'request' | 'part' | 'io' | 'operation';

export interface Operation {
  readonly kind: OperationKind;
  readonly name: string;
  /** `index` from 0, in the order they ran; `users` at once. */
  readonly cycle?: { readonly index: number; readonly users: number };
  /** Whatever tells it from its like and can be shown: step, url, type, group. */
  readonly labels: readonly Definition[];
  /** Failed ones are counted in it. */
  readonly count: number;
  readonly failed: number;
  readonly bytes?: number;
  /** From its first start to its last end, where the file says. */
  readonly window?: Window;
  /** How long it went on, where the tool says so; its own rates count over it. */
  readonly runtimeSeconds?: number;
  readonly latencies: readonly Latency[];
}

/** submission, completion and total are fio's slat, clat and lat; all others have `total` only. */
export interface Latency {
  readonly of: 'total' | 'submission' | 'completion';
  readonly spread: Spread;
  /** As the tool says, where it does. */
  readonly summary?: Summary;
}

export interface Summary {
  readonly minNs: number;
  readonly maxNs: number;
  readonly meanNs: number;
  readonly deviationNs?: number;
}

/**
 * What is known of how latencies are spread. samples: each one, so all figures are exact. histogram: merges by adding, with
 * percentiles within 0.4 % of what went in (fio's own bins are within 0.8 %). percentiles: of this result alone, and
 * not mergeable. unknown: no more than its summary.
 */
export type Spread =
  | { readonly kind: 'samples'; readonly samples: Samples }
  | { readonly kind: 'histogram'; readonly histogram: SparseHistogram }
  | { readonly kind: 'percentiles'; readonly percentiles: readonly (readonly [percent: number, ns: number])[] }
  | { readonly kind: 'unknown' };

/** Failures that look the same. */
export interface ErrorGroup {
  /** What the tool calls it: Failure, Error. */
  readonly what: string;
  /** HTTP status, errno, exception class; empty where there is none. */
  readonly code: string;
  readonly message: string;
  /** The kind and name of what failed. */
  readonly operation: string;
  readonly count: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** The first few in full, cut to 2 KiB. */
  readonly examples: readonly string[];
}

/** One functional test. `flaky`: it failed at first and passed when it was run again. */
export interface Case {
  /** From the outermost one. */
  readonly suites: readonly string[];
  readonly className: string;
  readonly name: string;
  readonly outcome: 'passed' | 'flaky' | 'failed' | 'error' | 'skipped';
  /** Undefined where the file says nothing, or nothing that is a time. */
  readonly seconds?: number;
  /** How often it failed and was run again. */
  readonly reruns: number;
  readonly message: string;
  /** Stack traces and what the test printed, cut to 2 KiB. */
  readonly text: string;
}

/** What a tool found to be wrong with the data, not with its speed; or why a job of it ended. */
export interface Fault {
  readonly kind: 'verify' | 'job';
  readonly job: string;
  /** An errno, or the tool's own number. */
  readonly code: number;
  readonly file?: string;
  readonly offset?: number;
  readonly bytes?: number;
  readonly message: string;
}

/** Monitored counters of a host over time, as the tool wrote them: running totals stay running totals. */
export interface Figure {
  readonly host: string;
  readonly name: string;
  readonly cycle?: number;
  /** In the order of the file. */
  readonly points: readonly (readonly [epochMs: number, value: number])[];
}

/** A sum that the file states of itself, beside the one that we counted: conservation, checked before anything is merged. */
export interface Claim {
  readonly what: string;
  readonly said: number;
  readonly counted: number;
}

export interface Definition {
  readonly name: string;
  readonly value: string;
}
