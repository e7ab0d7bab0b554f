/**
 * What a run was made of besides its journals: result files of any tool, each with its digest and what became of it, and
 * whether the parts add up to the whole.
 */
import * as z from 'zod/mini';

/** A result file that a host brought: `collected/0007/2`, the host's index and a number of ours. */
export const collectedFileSchema = z.object({
  /** As it was called where it came from. Hostile. */
  name: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** Where it is: `collected/<of>/<n>`. Of a file with results of several hosts, `of` is the first of them. */
  of: z.int().check(z.nonnegative()),
  n: z.int().check(z.nonnegative()),
  /** The place of this host's result among those of the file; all of them are its own where not given. */
  part: z.optional(z.int().check(z.nonnegative())),
});
export type CollectedFile = z.infer<typeof collectedFileSchema>;

/** In the plan of a run that `funbric merge FILE...` made. */
export const mergePlanSchema = z.object({
  /** The hosts are those of a plan, so that one that brought nothing is missing; else the files are the hosts. */
  isPlanned: z.boolean(),
  /** What doesn't belong together was merged all the same (--force). */
  isForced: z.boolean(),
  /** Files of the folders that were given, and why they aren't in it. */
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type MergePlan = z.infer<typeof mergePlanSchema>;

/** A trait in which results differ: each of its values, and whose it is. */
export const differenceSchema = z.object({
  trait: z.string(),
  values: z.array(z.object({ value: z.string(), hosts: z.array(z.string()) })),
});
export type Difference = z.infer<typeof differenceSchema>;

export const receiptInputSchema = z.object({
  name: z.string(),
  /** `collected/<of>/<n>`; missing where the run has no copy of it. */
  file: z.optional(z.string().check(z.regex(/^collected\/\d+\/\d+$/))),
  hosts: z.array(z.string()),
  format: z.optional(z.string()),
  bytes: z.optional(z.number()),
  sha256: z.optional(z.string()),
  /** `whole`, or where and why not; only what is whole counts as complete. */
  end: z.optional(
    z.object({
      kind: z.enum(['whole', 'cut', 'broken', 'unmarked']),
      byte: z.optional(z.number()),
      line: z.optional(z.number()),
      reason: z.optional(z.string()),
    }),
  ),
  isKept: z.boolean(),
  /** Why it isn't. */
  reason: z.optional(z.string()),
  warnings: z.array(z.string()),
  /** Sums that the file states of itself where they aren't what is in it. */
  falseClaims: z.array(z.object({ what: z.string(), said: z.number(), counted: z.number() })),
});
export type ReceiptInput = z.infer<typeof receiptInputSchema>;

export const receiptSchema = z.object({
  /** Else nobody knows how many hosts there should be: the files are the hosts. */
  isHostCountKnown: z.boolean(),
  /** Merged although it doesn't belong together. */
  isForced: z.boolean(),
  differences: z.array(differenceSchema),
  inputs: z.array(receiptInputSchema),
  /** Of all results as they were read, and of the run that was made of them. */
  sums: z.array(z.object({ what: z.string(), parts: z.number(), whole: z.number() })),
  /** The run's zero, ms since 1970 by the hosts' clocks; missing where no result says when it was. */
  zeroEpochMs: z.optional(z.number()),
  /** The time in which all hosts were at work, since the run's zero: what rates are of. */
  overlap: z.optional(z.object({ startMs: z.number(), endMs: z.number() })),
  firstDone: z.optional(z.object({ host: z.string(), atMs: z.number() })),
  lastDone: z.optional(z.object({ host: z.string(), atMs: z.number() })),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const caseOutcomes = ['passed', 'skipped', 'flaky', 'failed', 'error'] as const;
export type CaseOutcome = (typeof caseOutcomes)[number];

/** A functional test over all hosts that ran it. */
export const runCaseSchema = z.object({
  /** From the outermost one. */
  suites: z.array(z.string()),
  className: z.string(),
  name: z.string(),
  /** The worst on any host. */
  outcome: z.enum(caseOutcomes),
  /** Which hosts had which, the worst first. */
  outcomes: z.array(z.object({ outcome: z.enum(caseOutcomes), hosts: z.array(z.string()) })),
  /** Hosts that brought cases, and not this one. */
  missing: z.array(z.string()),
  /** Over all hosts: how often it was run again. */
  reruns: z.number(),
  /** The shortest and the longest of any host, where they say. */
  seconds: z.optional(z.object({ min: z.number(), max: z.number() })),
  /** What failed and was flaky, hosts that say the same together. */
  failures: z.array(z.object({ message: z.string(), text: z.string(), hosts: z.array(z.string()) })),
});
export type RunCase = z.infer<typeof runCaseSchema>;

/** All of them, also those that `cases` has no room for: one a case and host. */
export const caseCountsSchema = z.object({
  cases: z.number(),
  passed: z.number(),
  skipped: z.number(),
  flaky: z.number(),
  failed: z.number(),
  error: z.number(),
  /** Cases that aren't listed. */
  leftOut: z.number(),
});
export type CaseCounts = z.infer<typeof caseCountsSchema>;

/** A counter that a tool monitored, as a bounded number of stretches with their extremes. */
export const runFigureSchema = z.object({
  /** Whose result it is in. */
  host: z.string(),
  /** Which host was monitored. */
  of: z.string(),
  name: z.string(),
  cycle: z.optional(z.number()),
  /** Since the run's zero. */
  stretches: z.array(z.object({ startMs: z.number(), endMs: z.number(), min: z.number(), max: z.number() })),
});
export type RunFigure = z.infer<typeof runFigureSchema>;
