/** What we read of fio's JSON, of all its versions: anything may be missing, and what we don't know is left alone. */
import * as z from 'zod/mini';

const count = z.optional(z.number().check(z.nonnegative()));

/** From 3.x on in ns, with that in its name; before in microseconds. */
const latencySchema = z.object({
  min: count,
  max: count,
  mean: z.optional(z.number()),
  stddev: z.optional(z.number()),
  N: count,
  percentile: z.optional(z.record(z.string(), z.number())),
  bins: z.optional(z.record(z.string(), z.number())),
});
export type FioLatency = z.infer<typeof latencySchema>;

const directionSchema = z.object({
  io_bytes: count,
  io_kbytes: count,
  /** KiB/s. */
  bw: count,
  bw_bytes: count,
  iops: count,
  /** ms. */
  runtime: count,
  total_ios: count,
  slat: z.optional(latencySchema),
  clat: z.optional(latencySchema),
  lat: z.optional(latencySchema),
  slat_ns: z.optional(latencySchema),
  clat_ns: z.optional(latencySchema),
  lat_ns: z.optional(latencySchema),
});
export type FioDirection = z.infer<typeof directionSchema>;

const jobSchema = z.object({
  jobname: z.string(),
  groupid: count,
  error: z.optional(z.number()),
  total_err: count,
  first_error: z.optional(z.number()),
  /** Seconds. */
  elapsed: count,
  /** ms since 1970. */
  job_start: count,
  'job options': z.optional(z.record(z.string(), z.unknown())),
  read: z.optional(directionSchema),
  write: z.optional(directionSchema),
  trim: z.optional(directionSchema),
  mixed: z.optional(directionSchema),
  sync: z.optional(directionSchema),
  hostname: z.optional(z.string()),
  port: z.optional(z.number()),
});
export type FioJob = z.infer<typeof jobSchema>;

/** `jobs` of one host, or `client_stats` of a client that had several. */
export const fioSchema = z.object({
  'fio version': z.string(),
  /** Seconds, and ms, since 1970, when this was written. */
  timestamp: count,
  timestamp_ms: count,
  'global options': z.optional(z.record(z.string(), z.unknown())),
  jobs: z.optional(z.array(jobSchema)),
  client_stats: z.optional(z.array(jobSchema)),
});
export type FioOutput = z.infer<typeof fioSchema>;
