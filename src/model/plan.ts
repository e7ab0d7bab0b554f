/** Everything that is decided before the first byte is sent: `plan.json`, from which the run can be judged without us. */
import * as z from 'zod/mini';
import { consistencies } from './consistency.ts';
import { hostSchema, variableSchema } from './host.ts';
import { mountSpecSchema } from './mount-spec.ts';
import { hashText32 } from './random.ts';

/** What an agent shall do: what the controller needs to know of it, and fields that only the engine's own schema reads. */
export const workloadSpecSchema = z.looseObject({
  engine: z.string(),
  /** Worker threads a host. */
  workers: z.number(),
  /** The directory under test, absolute, the same on every host. */
  dir: z.optional(z.string()),
  /** The hosts' directories are separate ones that only share their path. */
  isLocal: z.optional(z.boolean()),
  /** What the file system promises, where the user says otherwise than its mounts. */
  consistency: z.optional(z.enum(consistencies)),
  /** The first error that the workload doesn't expect ends the stress on every host, and fails the run. */
  isStrict: z.optional(z.boolean()),
});
export type WorkloadSpec = z.infer<typeof workloadSpecSchema>;

const limitSchema = z.number().check(z.nonnegative());

/** Every wait of a run has an end, in ms. */
export const limitsSchema = z.object({
  /** From the first packet to a login. */
  connectMs: limitSchema,
  /** One command of a task; 0: none. */
  commandMs: limitSchema,
  /** Without a sign of life from an agent: the host is lost. */
  silenceMs: limitSchema,
  /** Without a sign of life from the controller: the agent stops and cleans up. */
  leaseMs: limitSchema,
  /** For all of a task's teardown on one host. */
  teardownMs: limitSchema,
  /** For one operation, and for a setup: an operation that takes longer is a finding (H01). */
  hungMs: limitSchema,
  /** Of a host's operations in stress: the share that may end in an error that the workload doesn't expect. More is a finding (H02). */
  errorShare: z.optional(limitSchema),
  /** For --before-verify. */
  beforeVerifyMs: z.optional(limitSchema),
});
export type Limits = z.infer<typeof limitsSchema>;

export const defaultBeforeVerifyMs = 600_000;

export const defaultLimits: Limits = {
  connectMs: 15_000,
  commandMs: 0,
  silenceMs: 30_000,
  leaseMs: 15_000,
  teardownMs: 60_000,
  hungMs: 60_000,
  errorShare: 0.05,
  beforeVerifyMs: defaultBeforeVerifyMs,
};

export const plannedTaskSchema = z.object({
  name: z.string(),
  options: z.record(z.string(), z.union([variableSchema, z.array(z.string())])),
  workload: z.optional(workloadSpecSchema),
  mount: z.optional(mountSpecSchema),
});
export type PlannedTask = z.infer<typeof plannedTaskSchema>;

export const planSchema = z.object({
  version: z.literal(1),
  /** The run's id, also the name of its folder: time and random letters. */
  run: z.string(),
  funbric: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  seed: z.number(),
  /** In the order of their indexes: host 7's result is results/0007.json. */
  hosts: z.array(hostSchema),
  tasks: z.array(plannedTaskSchema),
  limits: limitsSchema,
  beforeVerify: z.optional(z.string()),
  /** What the workload wrote stays on the file system under test. */
  isKept: z.boolean(),
  /** Where agents make their own folders; see AgentSpec. */
  workDir: z.optional(z.string()),
});
export type Plan = Readonly<z.infer<typeof planSchema>>;

/** The word that marks all content of a run. */
export function runTagOf(plan: { readonly run: string }): number {
  return hashText32(plan.run);
}

/** The name of a host's files, and of nothing that a host chose: 7 -> `0007`. */
export function fileStemOf(index: number): string {
  return String(index).padStart(4, '0');
}

/** What one agent is told first. */
export const agentSpecSchema = z.object({
  run: z.string(),
  runTag: z.number(),
  seed: z.number(),
  /** The host's index in the plan. */
  host: z.number(),
  hosts: z.number(),
  leaseMs: z.number(),
  /** The plan's limit on one operation. */
  hungMs: z.optional(z.number()),
  workload: workloadSpecSchema,
  /** Where the agent makes its own folder; /var/tmp where not given. */
  workDir: z.optional(z.string()),
});
export type AgentSpec = z.infer<typeof agentSpecSchema>;
