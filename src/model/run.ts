/** A judged run, `run.json`: a pure function of the run's files, so that merging again gives the same bytes. */
import * as z from 'zod/mini';
import { apdexSchema } from './apdex.ts';
import { expectationSchema } from './expectation.ts';
import { benchSchema } from './bench.ts';
import { extraCalls } from './extra-calls.ts';
import { findingSchema, verdicts } from './finding.ts';
import { planSchema } from './plan.ts';
import { commandOutcomeSchema, hostStatuses, phaseSpanSchema } from './result.ts';
import { outlierSchema } from './outliers.ts';
import { agentPhases, factsSchema } from './protocol.ts';
import { fingerprintSchema } from './fingerprint.ts';
import { caseCountsSchema, receiptSchema, runCaseSchema, runFigureSchema } from './receipt.ts';
import { visibilitySchema } from './visibility.ts';
import { windowsSchema } from './windows.ts';

/** From a merged histogram; in microseconds, null where there are too few samples. */
const latenciesSchema = z.object({
  minUs: z.nullable(z.number()),
  meanUs: z.nullable(z.number()),
  p50Us: z.nullable(z.number()),
  p95Us: z.nullable(z.number()),
  p99Us: z.nullable(z.number()),
  p999Us: z.nullable(z.number()),
  p9999Us: z.nullable(z.number()),
  maxUs: z.nullable(z.number()),
  histogram: z.array(z.tuple([z.number(), z.number()])),
});
export type Latencies = z.infer<typeof latenciesSchema>;

/** What only operations of other tools' results have. */
const toolOperation = {
  /** As the tool calls it: several may be called so, of which `name` is unique. */
  called: z.optional(z.string()),
  /** Kinds overlap (a page is made of requests): see countedOnce in run-operations.ts. */
  kind: z.optional(z.enum(['test', 'page', 'request', 'part', 'io', 'operation'])),
  /** `index` from 0, in the order they ran; `users` at once on each host. */
  cycle: z.optional(z.object({ index: z.number(), users: z.number() })),
  /** Whatever tells it from its like: step, url, type, job. */
  labels: z.optional(z.array(z.object({ name: z.string(), value: z.string() }))),
  /** Why no percentile of all hosts together can be told; those of each host are in hosts[].byOperation. */
  notMergeable: z.optional(z.string()),
};

/** One kind of operation over all hosts. Where it was paced, latencies are response times: from when each was due to its end. */
export const mergedOperationSchema = z.extend(latenciesSchema, {
  ...toolOperation,
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  errorsByName: z.record(z.string(), z.number()),
  bytes: z.number(),
  perSecond: z.number(),
  /** Where it was paced: service times, from when each began. */
  service: z.optional(latenciesSchema),
  /** Which of the tool's latencies these are: fio also has those of submission and completion. */
  latencyOf: z.optional(z.enum(['total', 'submission', 'completion'])),
  /** The others, where the tool has several. */
  otherLatencies: z.optional(z.array(z.extend(latenciesSchema, { of: z.enum(['total', 'submission', 'completion']) }))),
  /** From every single measurement, not from the histogram. */
  isExact: z.optional(z.boolean()),
  /** Where a time that satisfies was given. */
  apdex: z.optional(apdexSchema),
});
export type MergedOperation = z.infer<typeof mergedOperationSchema>;

/** One kind of operation on one host, from its own histogram: what outliers are told from. */
export const hostOperationSchema = z.object({
  ...toolOperation,
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  perSecond: z.number(),
  p99Us: z.nullable(z.number()),
  p50Us: z.optional(z.nullable(z.number())),
  bytes: z.optional(z.number()),
  /** As the tool itself says them of this host alone. */
  percentiles: z.optional(z.array(z.tuple([z.number(), z.number()]))),
});
export type HostOperation = z.infer<typeof hostOperationSchema>;

/** What an agent said of itself over a stretch of its heartbeats, with the extremes of the stretch: nothing is averaged away. */
export const stretchSchema = z.object({
  startMs: z.number(),
  endMs: z.number(),
  phase: z.optional(z.enum(agentPhases)),
  operationsPerSecondMin: z.number(),
  operationsPerSecondMax: z.number(),
  /** Of one CPU: 250 is two and a half. */
  cpuPercentMax: z.number(),
  rssBytesMax: z.number(),
  loadAverageMax: z.number(),
  /** The longest that any operation was seen in flight. */
  oldest: z.optional(z.object({ operation: z.string(), ageMs: z.number() })),
});
export type Stretch = z.infer<typeof stretchSchema>;

/** A stretch in which one offset and the drift explain all answers to pings; times on the controller's clock, since the run's zero. */
export const clockEpochSchema = z.object({
  startMs: z.number(),
  endMs: z.number(),
  bestNs: z.optional(z.number()),
  worstNs: z.optional(z.number()),
});
export type ClockEpoch = z.infer<typeof clockEpochSchema>;

/** It lies between these times; the host's clock got ahead of the controller's by something between these amounts, or fell behind. */
export const clockStepSchema = z.object({
  startMs: z.number(),
  endMs: z.number(),
  aheadNsMin: z.number(),
  aheadNsMax: z.number(),
});
export type ClockStep = z.infer<typeof clockStepSchema>;

export const runClockSchema = z.object({
  /** The narrowest and widest bound of any epoch. */
  bestNs: z.number(),
  worstNs: z.number(),
  hasStep: z.boolean(),
  /** The first of them. */
  epochs: z.optional(z.array(clockEpochSchema)),
  steps: z.optional(z.array(clockStepSchema)),
  stepCount: z.optional(z.number()),
});
export type RunClock = z.infer<typeof runClockSchema>;

/** Fields that are optional here and that every merge writes are missing in runs that an earlier version judged. */
export const runHostSchema = z.object({
  index: z.number(),
  name: z.string(),
  status: z.enum(hostStatuses),
  reason: z.optional(z.string()),
  /** See HostResult. */
  isInterrupted: z.optional(z.boolean()),
  gaps: z.array(z.string()),
  operations: z.number(),
  errors: z.number(),
  bytes: z.number(),
  perSecond: z.number(),
  facts: z.optional(factsSchema),
  clock: z.optional(runClockSchema),
  /** Why no time of this host was compared with any other. */
  clockFault: z.optional(z.string()),
  /** Calls that the workload has a use for and that aren't there: the error of the file system, or none where nothing on the host can make it. */
  untried: z.optional(z.array(z.object({ call: z.enum(extraCalls), error: z.optional(z.string()) }))),
  /** On the controller's clock, ms since the run's zero. */
  phases: z.array(
    z.object({
      phase: phaseSpanSchema.shape.phase,
      startMs: z.number(),
      endMs: z.number(),
      end: phaseSpanSchema.shape.end,
    }),
  ),
  commands: z.array(commandOutcomeSchema),
  /** Where a rate was asked for, over all of its workers: how many did less than was asked of them, and the most that an operation was late. */
  pace: z.optional(
    z.object({
      askedPerSecond: z.number(),
      perSecond: z.number(),
      workers: z.number(),
      workersBehind: z.number(),
      lateMsMax: z.number(),
    }),
  ),
  byOperation: z.optional(z.array(hostOperationSchema)),
  /** Its heartbeats, at most 60 stretches however long the run was. */
  vitals: z.optional(z.array(stretchSchema)),
});
export type RunHost = z.infer<typeof runHostSchema>;

/** One step of the merged timeline, `startMs` from the run's zero: the earliest phase of any host. */
export const timelineStepSchema = z.object({
  startMs: z.number(),
  operationsPerSecond: z.number(),
  errorsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  /** Hosts that sent something for this step. */
  hosts: z.number(),
  /** Over all kinds of operations that ended in this step, from the journals; null where they are too few. */
  p99Us: z.optional(z.nullable(z.number())),
});
export type TimelineStep = z.infer<typeof timelineStepSchema>;

/** Operations that failed in one way: counted by the agents, dated and placed by the journals. */
export const errorGroupSchema = z.object({
  operation: z.string(),
  /** The name of the errno, or what another tool calls it. */
  error: z.string(),
  /** What the tool says of it. */
  message: z.optional(z.string()),
  count: z.number(),
  hosts: z.array(z.string()),
  /** Since the run's zero. */
  firstMs: z.optional(z.number()),
  lastMs: z.optional(z.number()),
  /** `text`: all that the tool's result says of one, which has no file. */
  examples: z.array(
    z.object({ host: z.string(), file: z.string(), atMs: z.optional(z.number()), text: z.optional(z.string()) }),
  ),
});
export type ErrorGroup = z.infer<typeof errorGroupSchema>;

/** What one check did: a check that crashed makes the run incomplete. */
export const checkRunSchema = z.object({
  code: z.string(),
  claim: z.string(),
  findings: z.number(),
  crashed: z.optional(z.string()),
});
export type CheckRun = z.infer<typeof checkRunSchema>;

export const runSchema = z.object({
  version: z.literal(1),
  verdict: z.enum(verdicts),
  reasons: z.array(z.string()),
  plan: planSchema,
  hosts: z.array(runHostSchema),
  operations: z.array(mergedOperationSchema),
  findings: z.array(findingSchema),
  /** What was expected of these figures; missing where nothing was. */
  expectations: z.optional(z.array(expectationSchema)),
  checks: z.array(checkRunSchema),
  timeline: z.array(timelineStepSchema),
  /** Missing where no host came to its stress, or a clock isn't known, and in runs that an earlier version judged. */
  windows: z.optional(windowsSchema),
  /** Hosts that differ from the others; missing in runs that an earlier version judged. */
  outliers: z.optional(z.array(outlierSchema)),
  /** The most frequent first. */
  errors: z.optional(z.array(errorGroupSchema)),
  /** The run's zero on the controller's clock, on which witnesses are timed; missing where no host has a clock. */
  zeroNs: z.optional(z.number()),
  /** Which consistency held; missing where no workload was judged, and in runs that an earlier version judged. */
  fingerprint: z.optional(fingerprintSchema),
  /** Missing where no host looked at what another had changed. */
  visibility: z.optional(visibilitySchema),
  /** Where hosts brought result files of tools: what was merged, of what. */
  receipt: z.optional(receiptSchema),
  /** Functional tests, those that failed first. */
  cases: z.optional(z.array(runCaseSchema)),
  caseCounts: z.optional(caseCountsSchema),
  /** What tools monitored meanwhile; missing where the bench has it. */
  figures: z.optional(z.array(runFigureSchema)),
  /** Where hosts brought results of FunkLoad: what its own report says of them, with the right figures. */
  bench: z.optional(benchSchema),
  /** What the checks looked at. */
  evidence: z.object({
    journals: z.number(),
    records: z.number(),
    chunksVerified: z.number(),
    filesVerified: z.number(),
  }),
});
export type Run = z.infer<typeof runSchema>;
