/**
 * What happens in a run, as it happens: the board, the plain lines, `--json` and events.ndjson are all tables over this
 * union. Times are for people; nothing is decided by them.
 */
import * as z from 'zod/mini';
import { verdicts } from '../../model/finding.ts';
import { agentPhases, heartbeatSchema } from '../../model/protocol.ts';
import { hostStatuses } from '../../model/result.ts';

const texts = z.readonly(z.array(z.string()));

const bodySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run-started'), run: z.string(), folder: z.string(), hosts: texts, tasks: texts }),
  z.object({ kind: z.literal('task-started'), task: z.string() }),
  /** What follows `--` begins on these hosts. */
  z.object({ kind: z.literal('command-started'), command: z.string(), hosts: texts }),
  /** With --batch: the number of the batch, from 1, how many there are, and its hosts. */
  z.object({ kind: z.literal('batch-started'), batch: z.number(), batches: z.number(), hosts: texts }),
  z.object({ kind: z.literal('host-connected'), host: z.string(), elapsedMs: z.number() }),
  /** It has no Node.js that the agent runs on. Bytes as they are sent. */
  z.object({ kind: z.literal('runtime-sending'), host: z.string(), runtime: z.string(), bytes: z.number() }),
  z.object({ kind: z.literal('agent-started'), host: z.string(), isUploaded: z.boolean() }),
  z.object({ kind: z.literal('phase-started'), host: z.string(), phase: z.enum(agentPhases) }),
  z.object({
    kind: z.literal('phase-ended'),
    host: z.string(),
    phase: z.enum(agentPhases),
    end: z.enum(['completed', 'stopped', 'failed']),
    message: z.optional(z.string()),
  }),
  z.object({ kind: z.literal('heartbeat'), host: z.string(), heartbeat: heartbeatSchema }),
  /** All hosts passed a barrier. */
  z.object({ kind: z.literal('barrier'), name: z.string(), hosts: z.number() }),
  /** What the journals so far prove, each finding once, and not all of many: judged is the run by its whole journals. */
  z.object({
    kind: z.literal('finding'),
    code: z.string(),
    host: z.string(),
    /** As in run.json. */
    file: z.string(),
    offset: z.optional(z.number()),
    expected: z.string(),
    found: z.string(),
  }),
  /** The journals so far were checked during the stress: how many records, what is proven by them in all, and how long it took. */
  z.object({ kind: z.literal('looked'), records: z.number(), findings: z.number(), elapsedMs: z.number() }),
  z.object({ kind: z.literal('waiting'), reason: z.string(), ms: z.number() }),
  z.object({ kind: z.literal('before-verify'), command: z.string(), exit: z.string(), output: z.string() }),
  /** A line of a command, of a task or of the agent on a host: hostile text. Without a host it is our own. */
  z.object({
    kind: z.literal('line'),
    host: z.string(),
    stream: z.enum(['stdout', 'stderr', 'log']),
    text: z.string(),
    /** Of a line that is too long for one event: it goes on in the next one of this host and stream. */
    isPartial: z.optional(z.boolean()),
  }),
  /** It can't go on, for the first reason: known at once, while the others go on. What is still left of it may be torn down. */
  z.object({ kind: z.literal('host-failed'), host: z.string(), status: z.enum(hostStatuses), reason: z.string() }),
  /** Exactly one a planned host. */
  z.object({
    kind: z.literal('host-ended'),
    host: z.string(),
    status: z.enum(hostStatuses),
    reason: z.optional(z.string()),
    /** See HostResult. */
    isInterrupted: z.optional(z.boolean()),
    /** Of a command behind `--` that ended: its exit code, 128 where a signal ended it. */
    code: z.optional(z.number()),
    /** Of a command behind `--`: since its host's login began. */
    elapsedMs: z.optional(z.number()),
  }),
  /** `reason`: what did it, where it wasn't Ctrl-C. */
  z.object({ kind: z.literal('interrupted'), isSecond: z.boolean(), reason: z.optional(z.string()) }),
  /** The last of all: `code` is the exit status. Commands behind `--` leave no report. */
  z.object({
    kind: z.literal('run-ended'),
    verdict: z.enum(verdicts),
    code: z.number(),
    reasons: texts,
    report: z.optional(z.string()),
  }),
]);
export type RunEventBody = z.infer<typeof bodySchema>;

const stampSchema = z.object({
  /** The controller's time of day, ISO 8601, UTC. */
  at: z.string(),
  /** Since the start, in ms, by a clock that nobody sets. */
  atMs: z.number(),
});

export const runEventSchema = z.intersection(stampSchema, bodySchema);
export type RunEvent = z.infer<typeof stampSchema> & RunEventBody;

export type Emit = (event: RunEventBody) => void;
