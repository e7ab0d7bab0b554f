/** What was expected of a run's figures, and what they were: decides the verdict beside integrity. */
import * as z from 'zod/mini';

export const comparisons = ['<=', '>=', '<', '>'] as const;
export type Comparison = (typeof comparisons)[number];

/** us: µs. share: of 1. score: Apdex. */
export const figureUnits = ['us', 'count', 'perSecond', 'bytesPerSecond', 'share', 'score'] as const;
export type FigureUnit = (typeof figureUnits)[number];

/** met, missed; or unknown, where the figure can't be told. */
export const expectationOutcomes = ['met', 'missed', 'unknown'] as const;

export const expectationSchema = z.object({
  /** As it was typed: `read.p99<20ms`. */
  asked: z.string(),
  /** Missing: all kinds of operations together. */
  operation: z.optional(z.string()),
  /** p99.9, max, mean, count, rate, throughput, errors or apdex. */
  metric: z.string(),
  comparison: z.enum(comparisons),
  limit: z.number(),
  /** Of `limit` and `found`. */
  unit: z.enum(figureUnits),
  outcome: z.enum(expectationOutcomes),
  found: z.nullable(z.number()),
  /** Why it is unknown. */
  why: z.optional(z.string()),
});
export type JudgedExpectation = Readonly<z.infer<typeof expectationSchema>>;
export type Expectation = Omit<JudgedExpectation, 'outcome' | 'found' | 'why'>;

/** As they are typed: `read.p99<20ms`, and for Apdex `10ms` or `read=5ms`. */
export const thresholdsSchema = z.object({
  expect: z.optional(z.array(z.string())),
  apdex: z.optional(z.array(z.string())),
});

export interface Thresholds {
  readonly expect?: readonly string[] | undefined;
  readonly apdex?: readonly string[] | undefined;
}

/** A figure that is held against a limit: with so many digits that it can be told from it. */
export function figureText(value: number, unit: FigureUnit): string {
  const digits = (scaled: number): string => String(Number(scaled.toPrecision(6)));
  switch (unit) {
    case 'us':
      return value < 1e3
        ? `${digits(value)} µs`
        : value < 1e6
          ? `${digits(value / 1e3)} ms`
          : `${digits(value / 1e6)} s`;
    case 'count':
    case 'score':
      return digits(value);
    case 'perSecond':
      return `${digits(value)}/s`;
    case 'bytesPerSecond':
      return `${digits(value / 2 ** 20)} MiB/s`;
    case 'share':
      return `${digits(100 * value)} %`;
  }
}
