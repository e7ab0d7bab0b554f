/**
 * A wrong chunk taken apart: what its stamp had to say and said, who wrote what is there instead, and when, and the bytes. In
 * run.json beside the first finding of each kind. Names of hosts and their times are theirs: hostile.
 */
import * as z from 'zod/mini';
import { witnessSchema } from './witness.ts';

/** What is in a chunk, or behind a tear in it. */
export const chunkContents = ['data', 'zeros', 'no stamp', 'damaged body', 'another run', 'unknown'] as const;
export type ChunkContent = (typeof chunkContents)[number];

/** Whether the file whose data it is was still there in the end. */
export const fates = ['there', 'gone', 'unknown'] as const;
export type Fate = (typeof fates)[number];

/** What a stamp says, and what the journals say of it; fields that nobody knows are missing. */
export const stampViewSchema = z.object({
  content: z.enum(chunkContents),
  /** The run's tag, in hex. */
  run: z.optional(z.string()),
  /** Relative to the run's directory: as it is called in the end, or was when this was written. */
  file: z.optional(z.string()),
  fate: z.optional(z.enum(fates)),
  /** Who made the file (`host/worker`), and as which operation. */
  creator: z.optional(z.string()),
  incarnation: z.optional(z.number()),
  chunk: z.optional(z.number()),
  /** Byte of that file. */
  offset: z.optional(z.number()),
  generation: z.optional(z.number()),
  writer: z.optional(z.string()),
  operation: z.optional(z.number()),
  /** The write itself. */
  written: z.optional(witnessSchema),
});
export type StampView = z.infer<typeof stampViewSchema>;

/** A part of a chunk, as it was and as it had to be, of the same length. */
export const bytesViewSchema = z.object({
  /** Byte of the file. */
  from: z.number(),
  found: z.string(),
  expected: z.optional(z.string()),
  /** Kept by the reader, or computed again from a stamp that the reader found to fit its body. */
  basis: z.enum(['kept', 'computed']),
});
export type BytesView = z.infer<typeof bytesViewSchema>;

export const forensicSchema = z.object({
  chunk: z.number(),
  chunkBytes: z.number(),
  expected: z.optional(stampViewSchema),
  found: stampViewSchema,
  /** Byte of the chunk from which on its body is another one, and whose. */
  tornAt: z.optional(z.number()),
  behind: z.optional(stampViewSchema),
  bytes: z.optional(bytesViewSchema),
  /** What the same look saw in the chunks beside it. */
  neighbours: z.array(z.object({ chunk: z.number(), saw: z.string(), isWrong: z.boolean() })),
});
export type Forensic = z.infer<typeof forensicSchema>;
