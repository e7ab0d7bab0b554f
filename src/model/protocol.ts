/**
 * What controller and agent say to each other: one JSON value a line, over the agent's standard input and output. The
 * agent's lines count from a random marker that the controller chose, so a noisy login shell is never taken for one.
 * Times `...Ns` of the agent are of its host's monotonic clock, ns since the agent's start.
 */
import * as z from 'zod/mini';
import { mountSchema } from './mount.ts';
import { agentSpecSchema } from './plan.ts';

/**
 * What an agent does, in this order; between them it is idle, and every phase is a barrier over all hosts. `teardown`
 * removes what this host made; `sweep`, asked of one host when all are done, the run's folder with what lost hosts left.
 */
export const agentPhases = ['setup', 'meet', 'stress', 'verify', 'teardown', 'sweep'] as const;
export type AgentPhase = (typeof agentPhases)[number];

/** The longest line that either side takes. */
export const maxLineBytes = 4 << 20;

export const commandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('spec'), spec: agentSpecSchema }),
  z.object({ kind: z.literal('phase'), phase: z.enum(agentPhases) }),
  /** Also renews the lease. `sentNs` comes back as it is. */
  z.object({ kind: z.literal('ping'), sentNs: z.number() }),
  /** End the phase now; it ends as `stopped`. */
  z.object({ kind: z.literal('stop') }),
  /** Close the journal, write the result, say `delivered`. */
  z.object({ kind: z.literal('deliver') }),
  /** Remove the work folder and exit. */
  z.object({ kind: z.literal('bye') }),
]);
export type Command = z.infer<typeof commandSchema>;

/** What a host is, for the report's environment. All texts are the host's: hostile. */
export const factsSchema = z.object({
  hostname: z.string(),
  platform: z.string(),
  kernel: z.string(),
  arch: z.string(),
  node: z.string(),
  cpu: z.string(),
  cpus: z.number(),
  memoryBytes: z.number(),
  /** The mount that holds the directory under test, where the workload has one. */
  target: z.optional(mountSchema),
  /** What takes locks there, where the workload wants any. */
  locksBy: z.optional(z.string()),
});
export type Facts = z.infer<typeof factsSchema>;

/** An operation that a worker is in, or where it failed. The file is relative to the run's folder; the host made it up: hostile. */
const whereSchema = z.object({ operation: z.string(), worker: z.number(), file: z.optional(z.string()) });

/** An error that the workload doesn't expect. `worker` counts on its host, from 0. */
export const unexpectedErrorSchema = z.extend(whereSchema, { error: z.string(), sequence: z.number() });
export type UnexpectedError = z.infer<typeof unexpectedErrorSchema>;

export const heartbeatSchema = z.object({
  atNs: z.number(),
  phase: z.optional(z.enum(agentPhases)),
  /** Since the start of the phase, over all workers. */
  operations: z.number(),
  errors: z.number(),
  bytes: z.number(),
  /** Of this agent, in CPU seconds since its start. */
  cpuSeconds: z.number(),
  rssBytes: z.number(),
  loadAverage: z.number(),
  /** Of all operations of the stress so far, where there are enough of them. */
  p99Us: z.optional(z.number()),
  /**
   * Chunks so far that weren't what their stamps say, and that nobody else can have been writing: facts, which become
   * findings only once all hosts' journals are merged.
   */
  mismatches: z.optional(z.number()),
  /** The operation that is longest in flight: its kind, file and age, and the run-wide number of its worker. */
  oldest: z.optional(z.extend(whereSchema, { ageMs: z.number() })),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** A file that waits in the agent's work folder for the controller. */
export const deliverySchema = z.object({
  /** Absolute, on the host; used only in quoted commands to that host. */
  resultPath: z.string(),
  journalPath: z.string(),
});

export const agentEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hello'),
    pid: z.number(),
    boot: z.tuple([z.number(), z.number()]),
    workPath: z.string(),
    journalPath: z.string(),
    facts: factsSchema,
  }),
  z.object({ kind: z.literal('pong'), sentNs: z.number(), atNs: z.number() }),
  z.object({ kind: z.literal('heartbeat'), heartbeat: heartbeatSchema }),
  z.object({ kind: z.literal('phase-started'), phase: z.enum(agentPhases), atNs: z.number() }),
  z.object({
    kind: z.literal('phase-ended'),
    phase: z.enum(agentPhases),
    atNs: z.number(),
    /** `failed`: the phase could not be done, with the reason in `message`. */
    end: z.enum(['completed', 'stopped', 'failed']),
    message: z.optional(z.string()),
    /** After `meet`: the indexes of the hosts whose tokens this host sees. */
    sees: z.optional(z.array(z.number())),
    /** What ended a stress that is strict. */
    firstError: z.optional(unexpectedErrorSchema),
  }),
  z.object({ kind: z.literal('log'), text: z.string() }),
  z.object({ kind: z.literal('delivered'), delivery: deliverySchema }),
]);
export type AgentEvent = z.infer<typeof agentEventSchema>;
