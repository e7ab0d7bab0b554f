/** Which consistency a file system kept, on what was looked at: the one that is declared, and the strongest that nothing broke. */
import * as z from 'zod/mini';
import { consistencies } from './consistency.ts';
import { edgeSchema } from './finding.ts';
import { witnessSchema } from './witness.ts';

/** The first finding that is PROVEN under a model, and what it breaks. */
export const breachSchema = z.object({
  code: z.string(),
  /** What the model promises, as a sentence. */
  clause: z.string(),
  /** Of findings that break the model. */
  count: z.number(),
  host: z.string(),
  file: z.string(),
  offset: z.optional(z.number()),
  expected: z.string(),
  found: z.string(),
  witness: z.array(witnessSchema),
  edges: z.optional(z.array(edgeSchema)),
});
export type Breach = z.infer<typeof breachSchema>;

/** What could have broken a promise between hosts: how often one of them looked at what another had done. */
export const looksSchema = z.object({
  /** That took part. */
  hosts: z.number(),
  /** Of chunks, certainly after a change of their file. */
  reads: z.number(),
  stats: z.number(),
  listings: z.number(),
  /** In the arenas, where several hosts were there. */
  shared: z.number(),
  appends: z.number(),
  locks: z.number(),
  race: z.number(),
});
export type Looks = z.infer<typeof looksSchema>;

export const modelHoldSchema = z.object({
  model: z.enum(consistencies),
  isHeld: z.boolean(),
  breach: z.optional(breachSchema),
});
export type ModelHold = z.infer<typeof modelHoldSchema>;

export const fingerprintSchema = z.object({
  declared: z.enum(consistencies),
  /** None: what happened, none of them allows. Two: neither of them is the stronger. */
  strongest: z.array(z.enum(consistencies)),
  /** The strongest first. */
  models: z.array(modelHoldSchema),
  looks: looksSchema,
  /** What nobody looked at, so that it can't have broken a promise. */
  untested: z.array(z.string()),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;
