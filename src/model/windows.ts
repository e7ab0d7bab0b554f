/**
 * When the stress of all hosts was under way, beside the whole of it: a rate over the whole counts hosts that aren't there
 * yet or are done already, and one slow host makes it as low as it likes. Times are ms since the run's zero.
 */
import * as z from 'zod/mini';

export const windowSchema = z.object({
  startMs: z.number(),
  endMs: z.number(),
  /** What ended in it, by the samples of the agents. */
  operationsPerSecond: z.number(),
  errorsPerSecond: z.number(),
  bytesPerSecond: z.number(),
});
export type Window = Readonly<z.infer<typeof windowSchema>>;

const doneSchema = z.object({ host: z.string(), atMs: z.number() });

export const windowsSchema = z.object({
  /** From the first start to the last end. */
  whole: windowSchema,
  /** From the last start to the first end, all hosts at it; missing where there is no such time. */
  steady: z.optional(windowSchema),
  /** The steady window's share of the whole: 1 where all began and ended together. */
  overlapShare: z.number(),
  firstDone: doneSchema,
  lastDone: doneSchema,
  /** Between them. */
  tailMs: z.number(),
  /** How long the stress would have taken without the host that was done last; missing where it was alone. */
  withoutLast: z.optional(z.object({ host: z.string(), tookMs: z.number(), savedMs: z.number() })),
});
export type Windows = Readonly<z.infer<typeof windowsSchema>>;
