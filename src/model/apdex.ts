/**
 * Apdex of one kind of operation (Apdex Alliance, Application Performance Index, technical specification 1.1): operations
 * within the target time T satisfy, those within 4 T count half, all others and every error frustrate. It depends on the
 * T that somebody chose, so it is worked out only where one was given, and stands in no headline.
 */
import * as z from 'zod/mini';
import { countOf, valueOf, type Histogram } from './histogram.ts';

export const apdexSchema = z.object({
  /** T. */
  targetUs: z.number(),
  samples: z.number(),
  satisfied: z.number(),
  tolerated: z.number(),
  /** 0 to 1; null below 100 samples. */
  score: z.nullable(z.number()),
});
export type Apdex = Readonly<z.infer<typeof apdexSchema>>;

/** Of fewer the specification speaks as of a small group. */
export const apdexSamples = 100;

/**
 * Histograms don't tell errors from the rest, so each error is taken from the quickest operations that there are: the score is
 * the lowest that it can be, and no error flatters it by being quick.
 */
export function apdexOf(
  histogram: Histogram,
  { targetUs, errors }: { readonly targetUs: number; readonly errors: number },
): Apdex {
  const within = (us: number): number => {
    let count = 0;
    for (let bucket = 0; bucket < histogram.length; bucket++) {
      if (valueOf(bucket) > us * 1000) break;
      count += histogram[bucket] ?? 0;
    }
    return count;
  };
  const quick = within(targetUs);
  const satisfied = Math.max(0, quick - errors);
  const tolerated = Math.max(0, within(4 * targetUs) - quick - Math.max(0, errors - quick));
  const counts = { targetUs, samples: countOf(histogram), satisfied, tolerated };
  return { ...counts, score: scoreOf([counts]) };
}

/** Of all these together; null where they are too few. */
export function scoreOf(all: readonly Pick<Apdex, 'samples' | 'satisfied' | 'tolerated'>[]): number | null {
  const sum = (pick: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + pick(one), 0);
  const samples = sum((one) => one.samples);
  if (samples < apdexSamples) return null;
  return Math.round((1000 * sum((one) => one.satisfied + one.tolerated / 2)) / samples) / 1000;
}
