/** Everything that is decided before the first byte is sent: `plan.json`, from which the run can be judged without us. */
import * as z from 'zod/mini';
import { consistencies } from './consistency.ts';
import { thresholdsSchema } from './expectation.ts';
import { hostSchema, variableSchema } from './host.ts';
import { mountSpecSchema } from './mount-spec.ts';
import { hashText32 } from './random.ts';
import { mergePlanSchema } from './receipt.ts';

/** What an agent shall do: what the controller needs to know of it, and fields that only the engine's own schema reads. */
export const workloadSpecSchema = z.looseObject({
  engine: z.string(),
  /** Worker threads a host. */
  workers: z.number(),
  /** How long its stress lasts at most, where it has an end by itself. */
  durationMs: z.optional(z.number()),
  /** The directory under test, absolute, the same on every host. */
  dir: z.optional(z.string()),
  /** The hosts' directories are separate ones that only share their path. */
  isLocal: z.optional(z.boolean()),
  /** What the file system promises, where the user says otherwise than its mounts. */
  consistency: z.optional(z.enum(consistencies)),
  /** The first error that the workload doesn't expect, own chunk that isn't as written, or finding of a look during it, ends the stress on every host, and fails the run. */
  isStrict: z.optional(z.boolean()),
  /** False: journals are checked only at the end of the run, and not during the stress. */
  isCheckedLive: z.optional(z.boolean()),
  /** Operations a second that each worker is to begin; as many as it can where not given. */
  rate: z.optional(z.number()),
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
  /** Without a word of a task's command. */
  idleMs: z.optional(limitSchema),
  /** For all of the run but its teardown; then it ends as by Ctrl-C. */
  runMs: z.optional(limitSchema),
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
  /** Words after the options. */
  arguments: z.optional(z.array(z.string())),
  workload: z.optional(workloadSpecSchema),
  mount: z.optional(mountSpecSchema),
  /** What is expected of the run's figures. */
  thresholds: z.optional(thresholdsSchema),
});
export type PlannedTask = z.infer<typeof plannedTaskSchema>;

/** Hosts in batches, in their order: how many each holds. No further host begins once more than `maxFailed` have failed. */
export const rollingSchema = z.object({ batches: z.array(z.number()), maxFailed: z.optional(z.number()) });
export type Rolling = Readonly<z.infer<typeof rollingSchema>>;

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
  rolling: z.optional(rollingSchema),
  /** A command of a task that fails is a warning, unless the task says otherwise. */
  isWarnOnly: z.optional(z.boolean()),
  beforeVerify: z.optional(z.string()),
  /** That command crashes the file system: then only what was synced must have survived. */
  isAfterCrash: z.optional(z.boolean()),
  /** What the workload wrote stays on the file system under test. */
  isKept: z.boolean(),
  /** Where agents make their own folders; see AgentSpec. */
  workDir: z.optional(z.string()),
  /** Of a run that was made of result files. */
  merge: z.optional(mergePlanSchema),
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
  /** A crash comes before verify: what setup makes must survive it. */
  isAfterCrash: z.optional(z.boolean()),
  /** Where the agent makes its own folder; /var/tmp where not given. */
  workDir: z.optional(z.string()),
});
export type AgentSpec = z.infer<typeof agentSpecSchema>;

export function agentSpecOf(plan: Plan, host: number, workload: WorkloadSpec): AgentSpec {
  return {
    run: plan.run,
    runTag: runTagOf(plan),
    seed: plan.seed,
    host,
    hosts: plan.hosts.length,
    leaseMs: plan.limits.leaseMs,
    hungMs: plan.limits.hungMs,
    workload,
    ...(plan.isAfterCrash === true ? { isAfterCrash: true } : {}),
    ...(plan.workDir === undefined ? {} : { workDir: plan.workDir }),
  };
}
