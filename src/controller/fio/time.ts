/** How long a job file says that it takes: its jobs run at the same time, but for those that wait for all before them. */
import { fioSeconds } from '../../formats/read/fio-seconds.ts';
import { globalSection, type FioOption, type FioSection } from './job-file.ts';

/** Undefined where some job doesn't say, and goes on until it has done all its size. */
export function plannedSeconds(sections: readonly FioSection[]): number | undefined {
  const defaults: FioOption[] = [];
  let total = 0;
  let longest = 0;
  for (const { name, options } of sections) {
    if (name === globalSection) {
      defaults.push(...options);
      continue;
    }
    const all = [...defaults, ...options];
    const seconds = secondsOf(all);
    if (seconds === undefined) return undefined;
    if (isOn(all, 'stonewall') || isOn(all, 'wait_for_previous')) {
      total += longest;
      longest = 0;
    }
    longest = Math.max(longest, seconds);
  }
  return total + longest;
}

function secondsOf(options: readonly FioOption[]): number | undefined {
  const of = (...names: readonly string[]): number | undefined => {
    const value = options.findLast(({ name }) => names.includes(name))?.value;
    // A delay may be a range.
    return value === undefined ? 0 : fioSeconds(value.split('-').at(-1) ?? '');
  };
  const runtime = of('runtime', 'timeout');
  const before = [of('ramp_time'), of('startdelay')];
  if (runtime === undefined || runtime === 0 || before.includes(undefined)) return undefined;
  return before.reduce<number>((sum, seconds) => sum + (seconds ?? 0), runtime);
}

/** The last word on it counts. */
function isOn(options: readonly FioOption[], wanted: string): boolean {
  const option = options.findLast(({ name }) => name === wanted);
  return option !== undefined && option.value !== '0';
}
