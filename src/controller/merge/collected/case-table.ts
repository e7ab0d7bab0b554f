/** Every functional test over all results, each with its outcome in each: failures that say the same are kept once. */
import type { Case } from '../../../model/measured.ts';
import { caseOutcomes, type CaseCounts, type CaseOutcome, type RunCase } from '../../../model/receipt.ts';

/** Others are counted, and no longer told apart. */
const maxCases = 50_000;
/** Of one case. */
const maxFailures = 20;

/** One case, and what became of it in the results that have it. */
export interface TabledCase extends Pick<RunCase, 'suites' | 'className' | 'name'> {
  /** By the number of the result; of a case that is in it several times, the worst. */
  readonly outcomes: ReadonlyMap<number, CaseOutcome>;
  readonly reruns: number;
  readonly seconds: { readonly min: number; readonly max: number } | undefined;
  readonly failures: readonly { readonly message: string; readonly text: string; readonly sources: Set<number> }[];
}

type OpenCase = { -readonly [Key in keyof TabledCase]: TabledCase[Key] } & {
  readonly outcomes: Map<number, CaseOutcome>;
  readonly failures: { readonly message: string; readonly text: string; readonly sources: Set<number> }[];
};

export class CaseTable {
  readonly #cases = new Map<string, OpenCase>();
  readonly #counts = new Map<number, CaseCounts>();

  get cases(): Iterable<TabledCase> {
    return this.#cases.values();
  }

  /** All of a result, also those that the table has no room for. */
  countsOf(source: number): CaseCounts {
    return this.#counts.get(source) ?? noCases();
  }

  take(source: number, cases: readonly Case[]): void {
    const counts = noCases();
    this.#counts.set(source, counts);
    for (const one of cases) {
      counts.cases++;
      counts[one.outcome]++;
      const open = this.#of(one);
      if (open === undefined) counts.leftOut++;
      else note(open, source, one);
    }
  }

  #of(one: Case): OpenCase | undefined {
    const key = caseKey(one);
    const known = this.#cases.get(key);
    if (known !== undefined || this.#cases.size >= maxCases) return known;
    const { suites, className, name } = one;
    const open: OpenCase = {
      suites: [...suites],
      className,
      name,
      outcomes: new Map(),
      reruns: 0,
      seconds: undefined,
      failures: [],
    };
    this.#cases.set(key, open);
    return open;
  }
}

function note(open: OpenCase, source: number, { outcome, seconds, reruns, message, text }: Case): void {
  const before = open.outcomes.get(source);
  if (before === undefined || isWorse(outcome, before)) open.outcomes.set(source, outcome);
  open.reruns += reruns;
  if (seconds !== undefined) {
    const { min = seconds, max = seconds } = open.seconds ?? {};
    open.seconds = { min: Math.min(min, seconds), max: Math.max(max, seconds) };
  }
  if (outcome === 'passed' || outcome === 'skipped') return;
  const same = open.failures.find((failure) => failure.message === message);
  if (same !== undefined) same.sources.add(source);
  else if (open.failures.length < maxFailures) open.failures.push({ message, text, sources: new Set([source]) });
}

/** What makes it the same case in several results. */
export function caseKey({ suites, className, name }: Pick<Case, 'suites' | 'className' | 'name'>): string {
  return JSON.stringify([suites, className, name]);
}

export function isWorse(a: CaseOutcome, b: CaseOutcome): boolean {
  return caseOutcomes.indexOf(a) > caseOutcomes.indexOf(b);
}

/** Nothing counted yet. */
export function noCases(): CaseCounts {
  return { cases: 0, passed: 0, skipped: 0, flaky: 0, failed: 0, error: 0, leftOut: 0 };
}
