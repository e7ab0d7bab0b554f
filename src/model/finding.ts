/** What a check found, and what all of it together means. */
import * as z from 'zod/mini';

/** Only `proven` fails a run. */
export const grades = ['proven', 'suspect', 'allowed', 'indeterminate'] as const;
export type Grade = (typeof grades)[number];

/**
 * One operation that takes part in a proof. Times are on the controller's clock, ns: it started at startNs or later, but not
 * after startNsMax; it ended at endNs or before, but not before endNsMin.
 */
export const witnessSchema = z.object({
  host: z.string(),
  worker: z.number(),
  sequence: z.number(),
  operation: z.string(),
  /** In plain words: `wrote chunk 3, generation 7`. */
  did: z.string(),
  startNs: z.optional(z.number()),
  startNsMax: z.optional(z.number()),
  endNsMin: z.optional(z.number()),
  endNs: z.optional(z.number()),
});
export type Witness = z.infer<typeof witnessSchema>;

export const findingSchema = z.object({
  code: z.string(),
  grade: z.enum(grades),
  /** The host that saw it; several are folded by the reader, not here. */
  host: z.string(),
  /** Relative to the run's directory. Hostile where the host made it up. */
  file: z.string(),
  /** Byte in the file. */
  offset: z.optional(z.number()),
  /** How many times the same thing was seen. */
  count: z.number(),
  expected: z.string(),
  found: z.string(),
  /** Bytes around the place, in hex, where they were kept. */
  aroundHex: z.optional(z.string()),
  witness: z.array(witnessSchema),
});
export type Finding = z.infer<typeof findingSchema>;

export const verdicts = ['pass', 'incomplete', 'fail'] as const;
export type Verdict = (typeof verdicts)[number];

/** The worst of them; nothing at all is no evidence, so incomplete. */
export function worstVerdict(all: readonly Verdict[]): Verdict {
  if (all.includes('fail')) return 'fail';
  return all.length === 0 || all.includes('incomplete') ? 'incomplete' : 'pass';
}
