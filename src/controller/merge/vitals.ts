/** The stretches of a host's heartbeats on the run's time; those whose time isn't known are left out. */
import type { Stretch } from '../../model/run.ts';
import { round } from './round.ts';
import type { HostTiming } from './timing.ts';

export function vitalsOf({ result, toController }: HostTiming, zeroNs: number): Stretch[] {
  return (result.agent?.stretches ?? []).flatMap(({ startNs, endNs, said }) => {
    const start = toController(startNs);
    const end = toController(endNs);
    if (start === undefined || end === undefined) return [];
    return [{ startMs: round((start - zeroNs) / 1e6), endMs: round((end - zeroNs) / 1e6), ...said }];
  });
}
