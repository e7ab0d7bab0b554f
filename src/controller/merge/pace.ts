/** How a host's workers kept the rate that was asked of each. */
import type { AgentReport, Pace } from '../../model/result.ts';
import type { RunHost } from '../../model/run.ts';
import { round } from './round.ts';

/** Undefined where no rate was asked for, or nothing was said of it. */
export function paceOf({ pace }: Pick<AgentReport, 'pace'>, rate: number | undefined): RunHost['pace'] {
  if (rate === undefined || pace === undefined) return undefined;
  const shares = pace.map((worker) => shareOf(worker, rate));
  return {
    askedPerSecond: round(rate * pace.length),
    perSecond: round(shares.reduce((sum, share) => sum + share * rate, 0)),
    workers: pace.length,
    workersBehind: shares.filter((share) => share < 1).length,
    lateMsMax: round(pace.reduce((most, { lateMsMax }) => Math.max(most, lateMsMax), 0)),
  };
}

/** Less says that the rate was kept up to the end of the stress, in which something is always under way. */
const leastShare = 0.99;

/** Of the operations that were due, those that were begun; 1 where the rate was kept. */
function shareOf({ turns, elapsedMs }: Pace[number], rate: number): number {
  const due = Math.floor((elapsedMs / 1000) * rate) + 1;
  return turns + 1 >= due || turns / due >= leastShare ? 1 : turns / due;
}
