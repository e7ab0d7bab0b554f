/**
 * A load test in cycles, each with more concurrent users than the one before, as FunkLoad runs it, over all hosts. The figures
 * are the right ones; where FunkLoad's own report says otherwise, that is told beside them.
 */
import * as z from 'zod/mini';

const factSchema = z.object({ label: z.string(), value: z.string() });

/** Latencies are of what succeeded, in microseconds; null where there are too few to tell. */
const benchLatencySchema = z.object({
  count: z.number(),
  failed: z.number(),
  minUs: z.nullable(z.number()),
  meanUs: z.nullable(z.number()),
  p10Us: z.nullable(z.number()),
  p50Us: z.nullable(z.number()),
  p90Us: z.nullable(z.number()),
  p95Us: z.nullable(z.number()),
  p99Us: z.nullable(z.number()),
  maxUs: z.nullable(z.number()),
  /** T is 1.5 s, failures frustrate; null below 100 of them. */
  apdex: z.nullable(z.number()),
});
export type BenchLatency = z.infer<typeof benchLatencySchema>;

/** Of tests and pages those that succeeded, of requests all. */
const benchFiguresSchema = z.extend(benchLatencySchema, {
  /** Over the time in which all hosts were in the cycle; null where that is below a second. */
  perSecond: z.nullable(z.number()),
  /** The most that began within one second of the clock. */
  perSecondMax: z.number(),
});
export type BenchFigures = z.infer<typeof benchFiguresSchema>;

export const benchKinds = ['test', 'page', 'request'] as const;
export type BenchKind = (typeof benchKinds)[number];

const benchCycleSchema = z.object({
  index: z.number(),
  /** Of all hosts together. */
  users: z.number(),
  /** In which all hosts were in it. */
  seconds: z.number(),
  test: z.optional(benchFiguresSchema),
  page: z.optional(benchFiguresSchema),
  request: z.optional(benchFiguresSchema),
});
export type BenchCycle = z.infer<typeof benchCycleSchema>;

/** One request of the test, by its place in it. */
const benchRequestSchema = z.object({
  page: z.string(),
  number: z.string(),
  type: z.string(),
  url: z.string(),
  description: z.string(),
  cycles: z.array(z.extend(benchLatencySchema, { index: z.number() })),
});
export type BenchRequest = z.infer<typeof benchRequestSchema>;

/** As both would print it. */
const benchDifferenceSchema = z.object({
  cycle: z.number(),
  kind: z.enum(benchKinds),
  figure: z.string(),
  right: z.string(),
  funkload: z.string(),
  reason: z.string(),
});
export type BenchDifference = z.infer<typeof benchDifferenceSchema>;

/** From the first start of any host, by its clock. */
const benchStepSchema = z.object({
  startMs: z.number(),
  requestsPerSecond: z.number(),
  failedPerSecond: z.number(),
  users: z.number(),
});
export type BenchStep = z.infer<typeof benchStepSchema>;

const benchSeriesSchema = z.object({
  host: z.string(),
  name: z.string(),
  unit: z.enum(['', '%', 'B', 'B/s']),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type BenchSeries = z.infer<typeof benchSeriesSchema>;

export const benchSchema = z.object({
  configuration: z.array(factSchema),
  contents: z.array(factSchema),
  /** Why there are no cycles although there was a bench. */
  note: z.optional(z.string()),
  cycles: z.array(benchCycleSchema),
  /** Those beyond the first few thousand are counted only. */
  requests: z.array(benchRequestSchema),
  requestsLeftOut: z.number(),
  differences: z.array(benchDifferenceSchema),
  timeline: z.array(benchStepSchema),
  monitored: z.array(benchSeriesSchema),
});
export type Bench = z.infer<typeof benchSchema>;
