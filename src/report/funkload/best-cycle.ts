/** Which cycle FunkLoad calls its best, and which of its requests were the slowest. */
import type { FunkloadCycle, FunkloadStep } from './cycles.ts';
import { rateOf } from './tables.ts';

/** The one with the most successful pages a second, weighed by Apdex, of those that Apdex calls good; else the first. */
export function bestCycle(cycles: readonly FunkloadCycle[], durationSeconds: number): FunkloadCycle | undefined {
  let best = cycles[0];
  let most = -1;
  for (const cycle of cycles) {
    const { pages } = cycle;
    if (pages === undefined || pages.apdex < goodApdex) continue;
    const score = rateOf(pages.succeeded, durationSeconds) * pages.apdex;
    if (score > most) [best, most] = [cycle, score];
  }
  return best;
}

const goodApdex = 0.85;

export function slowestSteps({ steps }: FunkloadCycle): readonly FunkloadStep[] {
  return [...steps.values()].toSorted((a, b) => b.sums.meanSeconds - a.sums.meanSeconds).slice(0, slowestShown);
}

const slowestShown = 5;
