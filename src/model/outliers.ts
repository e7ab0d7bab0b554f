/**
 * Hosts that differ from the others by more than chance: by the median and the median deviation, which a few bad hosts
 * can't move, and by an effect that somebody would feel. The modified z-score and its bound of 3.5 are of Iglewicz and
 * Hoaglin, How to Detect and Handle Outliers (1993).
 */
import * as z from 'zod/mini';

export const outlierSchema = z.object({
  host: z.string(),
  /** `operations/s`, or `p99 of write`, in µs. */
  figure: z.string(),
  value: z.number(),
  median: z.number(),
  /** Slower, or of a longer tail; else it's better than the others, which is as odd. */
  isWorse: z.boolean(),
});
export type Outlier = Readonly<z.infer<typeof outlierSchema>>;

/** Fewer hosts have no usual value. */
export const minHosts = 4;

/** Modified z-score: 0.6745 makes the median absolute deviation of a normal distribution its standard deviation. */
const maxScore = 3.5;
const scoreOfMad = 0.6745;
/** Where the hosts agree better than this, the rest is noise of measurement. */
const leastMad = 0.01;
const leastEffect = 0.1;

/** What a host came to, as a run has it. */
interface HostFigures {
  readonly name: string;
  readonly operations: number;
  readonly perSecond: number;
  readonly byOperation?: readonly { readonly name: string; readonly p99Us: number | null }[] | undefined;
}

export function outliersOf({ hosts }: { readonly hosts: readonly HostFigures[] }): readonly Outlier[] {
  const able = hosts.filter(({ operations, perSecond }) => operations > 0 && perSecond > 0);
  const rates = able.map(({ name, perSecond }) => ({ host: name, value: perSecond }));
  const kinds = [...new Set(able.flatMap(({ byOperation = [] }) => byOperation.map(({ name }) => name)))].toSorted();
  return [
    ...standOut(rates).map(({ host, value, median }) => ({
      host,
      figure: 'operations/s',
      value,
      median,
      isWorse: value < median,
    })),
    ...kinds.flatMap((kind) => {
      const tails = able.flatMap(({ name, byOperation = [] }) => {
        const value = byOperation.find((operation) => operation.name === kind)?.p99Us ?? null;
        return value === null ? [] : [{ host: name, value }];
      });
      return standOut(tails).map(({ host, value, median }) => ({
        host,
        figure: `p99 of ${kind}`,
        value,
        median,
        isWorse: value > median,
      }));
    }),
  ];
}

interface Figure {
  readonly host: string;
  readonly value: number;
}

/** Those of one figure that are far from the median of all. */
export function standOut(figures: readonly Figure[]): readonly (Figure & { readonly median: number })[] {
  if (figures.length < minHosts) return [];
  const median = medianOf(figures.map(({ value }) => value));
  const mad = Math.max(medianOf(figures.map(({ value }) => Math.abs(value - median))), leastMad * median);
  if (!(mad > 0)) return [];
  return figures
    .filter(({ value }) => {
      const distance = Math.abs(value - median);
      return (scoreOfMad * distance) / mad > maxScore && distance > leastEffect * median;
    })
    .map(({ host, value }) => ({ host, value, median }));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
