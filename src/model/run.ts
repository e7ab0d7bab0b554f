/** A judged run, `run.json`: a pure function of the run's files, so that merging again gives the same bytes. */
import * as z from 'zod/mini';
import { findingSchema, verdicts } from './finding.ts';
import { planSchema } from './plan.ts';
import { commandOutcomeSchema, hostStatuses, phaseSpanSchema } from './result.ts';
import { agentPhases, factsSchema } from './protocol.ts';

/** One kind of operation over all hosts, from merged histograms; latencies in microseconds, null where there are too few samples. */
export const mergedOperationSchema = z.object({
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  errorsByName: z.record(z.string(), z.number()),
  bytes: z.number(),
  perSecond: z.number(),
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
export type MergedOperation = z.infer<typeof mergedOperationSchema>;

/** One kind of operation on one host, from its own histogram: what outliers are told from. */
export const hostOperationSchema = z.object({
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  perSecond: z.number(),
  p99Us: z.nullable(z.number()),
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
  /** The name of the errno. */
  error: z.string(),
  count: z.number(),
  hosts: z.array(z.string()),
  /** Since the run's zero. */
  firstMs: z.optional(z.number()),
  lastMs: z.optional(z.number()),
  examples: z.array(z.object({ host: z.string(), file: z.string(), atMs: z.optional(z.number()) })),
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
  checks: z.array(checkRunSchema),
  timeline: z.array(timelineStepSchema),
  /** The most frequent first. */
  errors: z.optional(z.array(errorGroupSchema)),
  /** The run's zero on the controller's clock, on which witnesses are timed; missing where no host has a clock. */
  zeroNs: z.optional(z.number()),
  /** What the checks looked at. */
  evidence: z.object({
    journals: z.number(),
    records: z.number(),
    chunksVerified: z.number(),
    filesVerified: z.number(),
  }),
});
export type Run = z.infer<typeof runSchema>;
