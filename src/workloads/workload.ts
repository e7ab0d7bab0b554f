/**
 * What an agent can do to a host. An engine is one file: setup, stress, verify and teardown of it, and the schema of its
 * part of the plan. Its inner loops are synchronous and run in worker threads; what they did goes to the recorder.
 */
import type { AgentSpec, WorkloadSpec } from '../model/plan.ts';
import type { Note } from '../model/journal.ts';
import type { RecordViews } from '../model/record.ts';
import type { FileOperations } from './operations.ts';

/** What the engine is told, on the agent's main thread. */
export interface AgentContext {
  readonly spec: AgentSpec;
  /** Aborted when the phase shall end. */
  readonly signal: AbortSignal;
}

/** What it is told in a worker thread, where nothing can be awaited. */
export interface WorkerContext {
  readonly spec: AgentSpec;
  readonly operations: FileOperations;
  readonly recorder: Recorder;
  /** Of this host, from 0. */
  readonly worker: number;
  /** Where operations have their times: called before each one of a stress, returns when it is due, or when the phase shall end. */
  readonly awaitTurn: (() => void) | undefined;
  /** True once the phase shall end: asked between operations. */
  readonly isStopped: () => boolean;
}

/**
 * Where a worker writes what it does. `begin` takes the next record's slot before the operation starts (its outcome is
 * `pending` until `end`), the worker fills the fields that layout (model/record.ts) names, `end` completes it and counts it.
 */
export interface Recorder {
  readonly views: RecordViews;
  /** The slot's index in the views; kind, sequence and start are set, all else is zero. Blocks while the journal is behind. */
  begin(kind: number): number;
  /** A further slot of the operation that is under way, for what didn't fit (observe). Same sequence and start. At most 8,192 an operation. */
  extend(kind: number): number;
  /** The last call of the operation has returned: this is its end time, so that checking what it brought doesn't count. */
  mark(): void;
  /**
   * Completes the operation: outcome and errno of every slot since begin, end time where `mark` wasn't called; counts it,
   * with its bytes, by kind. An answer that the workload expects, such as ENOENT from the tree of another worker, is in
   * the journal as the error that it is, but not among the errors that are counted.
   */
  end(outcome: number, errno: number, bytes: number, isExpected?: boolean): void;
  /** The number of the operation that begin opened last. */
  readonly sequence: number;
  /** Rare things, capped; kept beside the records. */
  note(note: Note): void;
}

/** Kept between stress and verify in one worker thread, so that an engine may hold state. */
export interface WorkloadWorker {
  /** Until the context says stop, or the engine's own limit is reached. */
  stress(): void;
  verify(): void;
}

export interface Workload {
  readonly engine: string;
  /** Decodes this engine's part of the plan; throws on anything else. */
  readonly check: (spec: WorkloadSpec) => void;
  /** Workers a host. */
  readonly workersOf: (spec: WorkloadSpec) => number;
  /** The directory under test; its mount is in the facts. */
  readonly directoryOf: (spec: WorkloadSpec) => string | undefined;
  /** How long stress lasts by plan, in ms: then the agent says stop. An engine that ends by itself sooner need not wait for it. */
  readonly durationMsOf: (spec: WorkloadSpec) => number;
  /** What would take locks on this host, where it wants any; throws where nothing can. */
  readonly locksByOf: (spec: WorkloadSpec) => string | undefined;
  setup(context: AgentContext): Promise<void>;
  /** Whether the hosts see each other: the indexes of the hosts whose tokens are seen (in the end, or after 5 s). */
  meet(context: AgentContext): Promise<readonly number[]>;
  openWorker(context: WorkerContext): WorkloadWorker;
  /** Removes what setup and stress made, and nothing else. Twice is harmless. */
  teardown(context: AgentContext): Promise<void>;
  /** Removes the whole folder of the run, with what lost hosts left in it. Asked of one host, when all are done. */
  sweep(context: AgentContext): Promise<void>;
}
