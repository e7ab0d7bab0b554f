/** An operation as a proof shows it. */
import * as z from 'zod/mini';

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
