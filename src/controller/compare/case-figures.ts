/** Functional tests of a run as far as it can be compared by them: how each ended on each host, and how long it took there. */
import type { Case } from '../../model/measured.ts';
import type { CaseOutcome } from '../../model/receipt.ts';
import { CaseTable, caseKey, isWorse } from '../merge/collected/case-table.ts';

export interface CaseFigures {
  /** The host's name by the number of its result. */
  readonly owners: ReadonlyMap<number, string>;
  readonly table: TimedCases;
}

/** Of all cases on all hosts together: some 100 MB. */
const maxTimes = 1_000_000;

/** The table of every merge says only how long the quickest and the slowest host took. */
export class TimedCases extends CaseTable {
  readonly #seconds = new Map<string, Map<number, number>>();
  #held = 0;

  override take(source: number, cases: readonly Case[]): void {
    super.take(source, cases);
    for (const one of cases) {
      if (one.seconds === undefined || this.#held >= maxTimes) continue;
      const key = caseKey(one);
      const known = this.#seconds.get(key) ?? new Map<number, number>();
      this.#seconds.set(key, known);
      if (!known.has(source)) this.#held++;
      known.set(source, (known.get(source) ?? 0) + one.seconds);
    }
  }

  /** By the number of the result. */
  secondsOf(key: string): ReadonlyMap<number, number> {
    return this.#seconds.get(key) ?? new Map();
  }
}

export interface ComparedCase {
  readonly suites: readonly string[];
  readonly className: string;
  readonly name: string;
  /** By host. */
  readonly outcomes: ReadonlyMap<string, CaseOutcome>;
  readonly seconds: ReadonlyMap<string, number>;
}

/** By what makes a case the same in both runs. */
export function casesByKey({ owners, table }: CaseFigures): ReadonlyMap<string, ComparedCase> {
  const all = Array.from(table.cases, (one): [string, ComparedCase] => {
    const key = caseKey(one);
    const outcomes = new Map<string, CaseOutcome>();
    for (const [source, outcome] of one.outcomes) {
      const host = owners.get(source);
      if (host === undefined) continue;
      const known = outcomes.get(host);
      if (known === undefined || isWorse(outcome, known)) outcomes.set(host, outcome);
    }
    const seconds = new Map<string, number>();
    for (const [source, own] of table.secondsOf(key)) {
      const host = owners.get(source);
      if (host !== undefined) seconds.set(host, (seconds.get(host) ?? 0) + own);
    }
    const { suites, className, name } = one;
    return [key, { suites, className, name, outcomes, seconds }];
  });
  return new Map(all.filter(([, { outcomes }]) => outcomes.size > 0));
}

export function hostsOfCases({ owners }: CaseFigures): readonly string[] {
  return [...new Set(owners.values())].toSorted();
}
