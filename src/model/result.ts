/**
 * What became of one planned host: `results/0007.json`. Every planned host has exactly one, also when it brought nothing
 * back. What a host says of itself comes in `agent`, read by schema; the rest the controller knows.
 */
import * as z from 'zod/mini';
import { agentPhases, factsSchema, heartbeatSchema } from './protocol.ts';
import { collectedFileSchema } from './receipt.ts';

/** Far below 2^53, and no host's lie makes a sum negative. */
const countSchema = z.int().check(z.nonnegative());

/** One kind of operation on one host; errors counted by the name of their errno. */
export const operationStatsSchema = z.object({
  name: z.string(),
  count: countSchema,
  bytes: countSchema,
  errors: z.record(z.string(), countSchema),
  /** Successful and failed operations by latency in ns; see histogram.ts. */
  histogram: z.array(z.tuple([countSchema, countSchema])),
  /** Of a paced stress: the same from when each operation was due (response time), where `histogram` is from when it began (service time). */
  response: z.optional(z.array(z.tuple([countSchema, countSchema]))),
});
export type OperationStats = z.infer<typeof operationStatsSchema>;

/** Finished operations in one interval, from `startNs` (host's clock) on. */
export const sampleSchema = z.object({
  startNs: z.number(),
  endNs: z.number(),
  operations: countSchema,
  errors: countSchema,
  bytes: countSchema,
});
export type Sample = z.infer<typeof sampleSchema>;

/** How each worker of a paced stress kept its rate: operations that were due and begun, of how long a time, and the most that one was late. */
export const paceSchema = z.array(
  z.object({
    turns: countSchema,
    elapsedMs: z.number().check(z.nonnegative()),
    lateMsMax: z.number().check(z.nonnegative()),
  }),
);
export type Pace = z.infer<typeof paceSchema>;

export const phaseSpanSchema = z.object({
  phase: z.enum(agentPhases),
  startNs: z.number(),
  endNs: z.number(),
  end: z.enum(['completed', 'stopped', 'failed']),
});
export type PhaseSpan = z.infer<typeof phaseSpanSchema>;

/** What the agent writes on the host. */
export const agentReportSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  host: z.number(),
  facts: factsSchema,
  phases: z.array(phaseSpanSchema),
  /** Of the stress phase. */
  operations: z.array(operationStatsSchema),
  samples: z.array(sampleSchema),
  pace: z.optional(paceSchema),
  heartbeats: z.array(heartbeatSchema),
  journal: z.object({ bytes: countSchema, records: countSchema, workers: countSchema }),
  /** In verify the directory under test showed another file system: what was read there says nothing. */
  isTargetGone: z.optional(z.boolean()),
});
export type AgentReport = z.infer<typeof agentReportSchema>;

/** A command that a task ran on the host. Texts are capped by us and hostile. */
export const commandOutcomeSchema = z.object({
  task: z.string(),
  phase: z.enum(['setup', 'run', 'teardown']),
  command: z.string(),
  exit: z.union([z.number(), z.string()]),
  stdout: z.string(),
  stderr: z.string(),
  elapsedMs: z.number(),
});
export type CommandOutcome = z.infer<typeof commandOutcomeSchema>;

/** completed: did all that was planned. failed: a phase or command failed. lost: went away after it was reached. unreachable: never reached, or could take no agent. */
export const hostStatuses = ['completed', 'failed', 'lost', 'unreachable'] as const;
export type HostStatus = (typeof hostStatuses)[number];

export const hostResultSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  index: z.number(),
  name: z.string(),
  status: z.enum(hostStatuses),
  /** Why it isn't `completed`, or what interrupted it. */
  reason: z.optional(z.string()),
  /** Ctrl-C or the run's limit ended it: nothing went wrong on it up to there, and not all that was planned was done. */
  isInterrupted: z.optional(z.boolean()),
  /** What makes its evidence incomplete although the host is there: a journal that couldn't be fetched, an interrupted phase. */
  gaps: z.array(z.string()),
  commands: z.array(commandOutcomeSchema),
  /** Pings as [sent (controller's clock), host's clock, received (controller's clock)], ns; see clock.ts. */
  pings: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** The last that was heard of its agent. */
  lastHeartbeat: z.optional(heartbeatSchema),
  /** journals/<stem>.fbj as it arrived. */
  journal: z.optional(z.object({ bytes: z.number(), sha256: z.string() })),
  agent: z.optional(agentReportSchema),
  /** Result files of tools that it brought. */
  collected: z.optional(z.array(collectedFileSchema)),
  /** Of this file's bytes before the comma of this field, which is its last; see checksum.ts. */
  sha256: z.optional(z.string()),
});
export type HostResult = z.infer<typeof hostResultSchema>;
