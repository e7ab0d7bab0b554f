/** How fast something went, by the clock and by the CPU time of all its threads: what else a machine does spoils the first more. */
import { figure, median } from './group.ts';

export interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

export interface Rates {
  readonly what: string;
  readonly ours: readonly Rate[];
  readonly theirs: readonly Rate[];
  readonly than: string;
  readonly unit: string;
  /** From operations. */
  readonly toUnit: number;
}

/** Two lines, of the medians. */
export function rateFigures({ what, ours, theirs, than, unit, toUnit }: Rates): readonly string[] {
  const line = (by: keyof Rate, words: string, of: string): string => {
    const [own, other] = [ours, theirs].map((rates) => median(rates.map((rate) => rate[by])) * toUnit);
    return figure({ what: `${what}${words}`, ours: own ?? NaN, theirs: other ?? NaN, than, unit: of, digits: 1 });
  };
  return [line('perSecond', '', `${unit}/s`), line('perCpuSecond', ', by CPU time', `${unit} a CPU second`)];
}
