/** A judged run, `run.json`: a pure function of the run's files, so that merging again gives the same bytes. */
import * as z from 'zod/mini';
import { findingSchema, verdicts } from './finding.ts';
import { planSchema } from './plan.ts';
import { commandOutcomeSchema, hostStatuses, phaseSpanSchema } from './result.ts';
import { factsSchema } from './protocol.ts';

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

export const runHostSchema = z.object({
  index: z.number(),
  name: z.string(),
  status: z.enum(hostStatuses),
  reason: z.optional(z.string()),
  gaps: z.array(z.string()),
  operations: z.number(),
  errors: z.number(),
  bytes: z.number(),
  perSecond: z.number(),
  facts: z.optional(factsSchema),
  /** Width of the bound on the host's clock, ns. */
  clock: z.optional(z.object({ bestNs: z.number(), worstNs: z.number(), hasStep: z.boolean() })),
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
});
export type TimelineStep = z.infer<typeof timelineStepSchema>;

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
  /** What the checks looked at. */
  evidence: z.object({
    journals: z.number(),
    records: z.number(),
    chunksVerified: z.number(),
    filesVerified: z.number(),
  }),
});
export type Run = z.infer<typeof runSchema>;
