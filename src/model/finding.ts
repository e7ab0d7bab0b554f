/** What a check found, and what all of it together means. */
import * as z from 'zod/mini';
import { forensicSchema } from './forensics.ts';
import { witnessSchema } from './witness.ts';

/** Only `proven` fails a run. */
export const grades = ['proven', 'suspect', 'allowed', 'indeterminate'] as const;
export type Grade = (typeof grades)[number];

/** Why one operation of a proof comes before another: facts first, clocks last. */
export const edgeKinds = [
  'read-from',
  'lock counter',
  'program order',
  'barrier',
  'host clock',
  'clock bounds',
] as const;

/** Between two of the witnesses, by their places. */
export const edgeSchema = z.object({ from: z.number(), to: z.number(), by: z.enum(edgeKinds) });
export type Edge = z.infer<typeof edgeSchema>;

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
  /** So many further findings of this code are left out, and counted here. */
  leftOut: z.optional(z.number()),
  expected: z.string(),
  found: z.string(),
  /** Bytes around the place, in hex, where they were kept. */
  aroundHex: z.optional(z.string()),
  /** The first finding of its kind has it, where a chunk is wrong. */
  forensic: z.optional(forensicSchema),
  witness: z.array(witnessSchema),
  /** What puts the witnesses in order; missing in runs that an earlier version judged. */
  edges: z.optional(z.array(edgeSchema)),
});
export type Finding = z.infer<typeof findingSchema>;

export const verdicts = ['pass', 'incomplete', 'fail'] as const;
export type Verdict = (typeof verdicts)[number];

/** The worst of them; nothing at all is no evidence, so incomplete. */
export function worstVerdict(all: readonly Verdict[]): Verdict {
  if (all.includes('fail')) return 'fail';
  return all.length === 0 || all.includes('incomplete') ? 'incomplete' : 'pass';
}
