/** The tables of FunkLoad's report, cell by cell as it prints them. */
import type { FunkloadCycle } from './cycles.ts';
import { printedNumber, printedPercent, ratingOf } from './printed.ts';
import type { Sums } from './sums.ts';

/** Exactly what `funbric report --view funkload --json` prints. */
export interface FunkloadTables {
  readonly Test: readonly (readonly string[])[];
  readonly Page: readonly (readonly string[])[];
  readonly Request: readonly (readonly string[])[];
}

const percentiles = [10, 50, 90, 95];
const times = ['MIN', 'AVG', 'MAX', 'P10', 'MED', 'P90', 'P95'];
export const testColumns = ['CUs', 'STPS', 'TOTAL', 'SUCCESS', 'ERROR'];
export const pageColumns = ['CUs', 'Apdex*', 'Rating', 'SPPS', 'maxSPPS', 'TOTAL', 'SUCCESS', 'ERROR', ...times];
export const requestColumns = ['CUs', 'Apdex*', 'Rating*', 'RPS', 'maxRPS', 'TOTAL', 'SUCCESS', 'ERROR', ...times];
export const stepColumns = ['CUs', 'Apdex*', 'Rating', 'TOTAL', 'SUCCESS', 'ERROR', ...times];

/** `durationSeconds`: of a cycle, as configured; rates are 0 where it is not. */
export function tablesOf(cycles: readonly FunkloadCycle[], durationSeconds: number): FunkloadTables {
  const rate = (count: number): string => printedNumber(rateOf(count, durationSeconds));
  return {
    Test: cycles.flatMap(({ users, tests }) =>
      tests === undefined ? [] : [[`${users}`, rate(tests.succeeded), ...counts(tests)]],
    ),
    Page: cycles.flatMap(({ users, pages }) =>
      pages === undefined
        ? []
        : [[`${users}`, ...judged(pages), rate(pages.succeeded), peak(pages), ...counts(pages), ...timesOf(pages)]],
    ),
    Request: cycles.flatMap(({ users, requests }) =>
      requests === undefined
        ? []
        : [
            [
              `${users}`,
              ...judged(requests),
              rate(requests.count),
              peak(requests),
              ...counts(requests),
              ...timesOf(requests),
            ],
          ],
    ),
  };
}

/** One request in each cycle that has it. */
export function stepRows(cycles: readonly FunkloadCycle[], key: string): readonly (readonly string[])[] {
  return cycles.flatMap(({ users, steps }) => {
    const sums = steps.get(key)?.sums;
    return sums === undefined ? [] : [[`${users}`, ...judged(sums), ...counts(sums), ...timesOf(sums)]];
  });
}

export function rateOf(count: number, durationSeconds: number): number {
  return durationSeconds > 0 ? count / durationSeconds : 0;
}

function judged({ apdex }: Sums): readonly string[] {
  return [printedNumber(apdex), ratingOf(apdex)];
}

function peak({ perSecondMax }: Sums): string {
  return printedNumber(perSecondMax);
}

function counts({ count, succeeded, failedPercent }: Sums): readonly string[] {
  return [`${count}`, `${succeeded}`, printedPercent(failedPercent)];
}

function timesOf(sums: Sums): readonly string[] {
  const { minSeconds, meanSeconds, maxSeconds } = sums;
  return [minSeconds, meanSeconds, maxSeconds, ...sums.percentiles(percentiles)].map((value) => printedNumber(value));
}
