/** Functional tests over all hosts: each with its outcome everywhere, those that failed first. */
import { foldNodeSet } from '../../../model/nodeset.ts';
import type { Case } from '../../../model/measured.ts';
import { caseOutcomes, type CaseCounts, type RunCase } from '../../../model/receipt.ts';
import type { Run } from '../../../model/run.ts';
import { isWorse, noCases, type CaseTable, type TabledCase } from './case-table.ts';
import type { BroughtResult } from './overlap.ts';

/** In run.json; those that failed or were flaky come first. */
const maxListed = 5000;

export interface SharedCases extends Required<Pick<Run, 'cases' | 'caseCounts'>> {
  /** What fails the run. */
  readonly failures: readonly string[];
  /** What most hosts ran and some didn't. */
  readonly gaps: readonly string[];
}

/** Undefined where nobody brought any. */
export function shareCases(brought: readonly BroughtResult[], table: CaseTable): SharedCases | undefined {
  const names = new Map(brought.filter(({ held }) => held.hasCases).map(({ held, name }) => [held.source, name]));
  if (names.size === 0) return undefined;
  const counts = [...names.keys()].map((source) => table.countsOf(source)).reduce(added, noCases());
  const all = [...table.cases].flatMap((one) => rowOf(one, names)).toSorted(compare);
  const listed = all.slice(0, maxListed);
  return {
    cases: listed,
    caseCounts: { ...counts, leftOut: counts.leftOut + all.length - listed.length },
    failures: failuresOf(all, counts),
    gaps: gapsOf(all, new Set(names.values()).size),
  };
}

function added(a: CaseCounts, b: CaseCounts): CaseCounts {
  const sums = { ...a, cases: a.cases + b.cases, leftOut: a.leftOut + b.leftOut };
  for (const outcome of caseOutcomes) sums[outcome] += b[outcome];
  return sums;
}

/** None of the results that count may have it. */
function rowOf(one: TabledCase, names: ReadonlyMap<number, string>): readonly RunCase[] {
  const hosts = new Map<string, RunCase['outcome']>();
  for (const [source, outcome] of one.outcomes) {
    const host = names.get(source);
    const before = host === undefined ? undefined : hosts.get(host);
    if (host !== undefined && (before === undefined || isWorse(outcome, before))) hosts.set(host, outcome);
  }
  const outcomes = caseOutcomes.toReversed().flatMap((outcome) => {
    const having = [...hosts].filter(([, own]) => own === outcome).map(([host]) => host);
    return having.length === 0 ? [] : [{ outcome, hosts: having.toSorted() }];
  });
  const [worst] = outcomes;
  if (worst === undefined) return [];
  const { suites, className, name, reruns, seconds } = one;
  const failures = one.failures.flatMap(({ message, text, sources }) => {
    const having = [...new Set([...sources].flatMap((source) => names.get(source) ?? []))].toSorted();
    return having.length === 0 ? [] : [{ message, text, hosts: having }];
  });
  return [
    {
      suites: [...suites],
      className,
      name,
      outcome: worst.outcome,
      outcomes,
      missing: [...new Set(names.values())].filter((host) => !hosts.has(host)).toSorted(),
      reruns,
      ...(seconds === undefined ? {} : { seconds }),
      failures: failures.toSorted((a, b) => b.hosts.length - a.hosts.length || (a.message < b.message ? -1 : 1)),
    },
  ];
}

function compare(a: RunCase, b: RunCase): number {
  if (a.outcome !== b.outcome) return isWorse(a.outcome, b.outcome) ? -1 : 1;
  const [left, right] = [fullName(a), fullName(b)];
  return hostsWith(b, b.outcome) - hostsWith(a, a.outcome) || (left < right ? -1 : left > right ? 1 : 0);
}

function hostsWith({ outcomes }: RunCase, wanted: RunCase['outcome']): number {
  return outcomes.find(({ outcome }) => outcome === wanted)?.hosts.length ?? 0;
}

export function fullName({ suites, className, name }: Pick<Case, 'suites' | 'className' | 'name'>): string {
  const place = className === '' ? suites.at(-1) : className;
  return place === undefined || place === '' ? name : `${place}.${name}`;
}

/** In the verdict; all are in the section of cases. */
const maxNamed = 5;

function failuresOf(all: readonly RunCase[], { failed, error, cases }: CaseCounts): readonly string[] {
  if (failed + error === 0) return [];
  const bad = all.filter(({ outcome }) => outcome === 'failed' || outcome === 'error');
  const named = bad.slice(0, maxNamed).map((one) => {
    const having = one.outcomes.flatMap(({ outcome, hosts }) =>
      outcome === 'failed' || outcome === 'error' ? hosts : [],
    );
    const of = one.outcomes.flatMap(({ hosts }) => hosts).length + one.missing.length;
    return `case ${fullName(one)} fails on ${having.length} of ${of}: ${foldNodeSet(having)}`;
  });
  const left = bad.length - named.length;
  return [...named, ...(left > 0 || named.length === 0 ? [`${failed + error} of ${cases} cases failed in all`] : [])];
}

/** Where each host runs its own share of the tests nothing is missing: only what most hosts ran was meant for all. */
function gapsOf(all: readonly RunCase[], hosts: number): readonly string[] {
  const missing = all.filter((one) => one.missing.length > 0 && one.missing.length < hosts / 2);
  const named = missing
    .slice(0, maxNamed)
    .map((one) => `case ${fullName(one)} was not run on ${foldNodeSet(one.missing)}`);
  const left = missing.length - named.length;
  return [...named, ...(left > 0 ? [`${left} more cases were not run on all hosts`] : [])];
}
