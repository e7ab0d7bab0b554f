/** A comparison of two runs, for people and for programs. */
import { FunbricError } from '../../model/errors.ts';
import { figureText } from '../../model/expectation.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import { alignedRows } from '../../report/aligned-rows.ts';
import { formatCount, plural } from '../../report/format.ts';
import { minHosts } from './bootstrap.ts';
import type { CaseChange, CaseComparison } from './compare-cases.ts';
import type { Comparison } from './compare-figures.ts';
import { comparisonVerdict, type RunComparison } from './compare-runs.ts';
import type { Difference } from './likeness.ts';
import { unitOf } from './metrics.ts';
import type { RunFigures } from './run-figures.ts';

/** A row a figure, and what it came to. */
export function comparisonLines(compared: RunComparison): readonly string[] {
  const { before, after, threshold, comparisons, differences, isPaired, isPerHost, resamples, hosts, cases } = compared;
  const method = `95 % intervals of ${formatCount(resamples)} draws of hosts${isPaired ? ', the same ones of both runs' : ''}; the same: within ${percentText(threshold)}`;
  const few = Math.min(hosts.before, hosts.after);
  const rows = comparisons.map(rowOf);
  return [
    ...alignedRows([runRow('before', before), runRow('after', after)]),
    ...(differences.length === 0 ? [] : ['', 'compared although they differ:', ...differenceLines(differences)]),
    '',
    ...(cases === undefined ? [] : [...caseLines(cases), '']),
    few < minHosts ? `it takes ${minHosts} hosts to tell how surely figures differ, and there are ${few}` : method,
    ...(isPerHost ? ['rates are of one host, as the runs have other numbers of hosts'] : []),
    ...alignedRows([['operation', 'figure', 'before', 'after', 'change', 'at least', 'at most', 'outcome'], ...rows]),
    ...summary(compared),
  ];
}

/** For programs: a value a difference and a figure; the verdict comes behind them. */
export function comparisonRecords({
  before,
  after,
  threshold,
  comparisons,
  differences,
  isPaired,
  isPerHost,
  leftOut,
  cases,
  ...rest
}: RunComparison): readonly object[] {
  const verdict = comparisonVerdict({
    ...rest,
    comparisons,
    isPaired,
    isPerHost,
    leftOut,
    ...(cases === undefined ? {} : { cases }),
  });
  return [
    { kind: 'compared', before: runRecord(before), after: runRecord(after), threshold, isPaired, isPerHost, leftOut },
    ...differenceRecords(differences),
    ...(cases?.changes ?? []).map((change) => Object.assign({ kind: 'case' }, change)),
    ...comparisons.map(({ interval, ...one }) =>
      Object.assign({ kind: 'comparison' }, one, interval ?? { ratio: null, low: null, high: null }),
    ),
    { kind: 'comparison-ended', verdict },
  ];
}

export function differenceLines(differences: readonly Difference[]): readonly string[] {
  return alignedRows([
    ['', 'before', 'after'],
    ...differences.map(({ what, before, after }) => [what, cut(before), cut(after)]),
  ]);
}

export function differenceRecords(differences: readonly Difference[]): readonly object[] {
  return differences.map((difference) => Object.assign({ kind: 'difference' }, difference));
}

/** The table of differences was shown before. */
export function refuseUnlike(differences: readonly Difference[]): never {
  const what = differences.map((difference) => difference.what);
  throw new FunbricError('input', `these runs differ in more than their figures: ${what.join(', ')}`, {
    hint: 'compare runs of the same workload on the same kind of hosts; with --force they are compared all the same',
  });
}

/** A case that changed; all others are as they were. */
function caseLines({ common, changes }: CaseComparison): readonly string[] {
  const shown = changes.slice(0, maxCases);
  const left = changes.length - shown.length;
  const rows = shown.map((change) => [change.name, change.before, change.after, caseOutcome(change)]);
  return [
    `${plural(common, 'case')} in both runs, ${changes.length === 0 ? 'none of them otherwise than before' : `${formatCount(changes.length)} otherwise than before`}`,
    ...(rows.length === 0 ? [] : alignedRows([['case', 'before', 'after', 'outcome'], ...rows])),
    ...(left === 0 ? [] : [`and ${formatCount(left)} more; --json has all of them`]),
  ];
}

/** The worst come first. */
const maxCases = 200;

function caseOutcome({ outcome, hosts, why }: CaseChange): string {
  const where = hosts.length === 0 ? '' : ` (${foldNodeSet(hosts)})`;
  return why === undefined ? `${outcome}: ${foldNodeSet(hosts)}` : `${outcome}: ${why}${where}`;
}

function rowOf(compared: Comparison): readonly string[] {
  const { operation, metric, latencyOf, before, after, interval, outcome, worseHosts, why } = compared;
  const figure = (value: number | null): string =>
    value === null ? '-' : figureText(Number(value.toPrecision(4)), unitOf[metric]);
  const change = (ratio: number | undefined): string =>
    ratio === undefined ? '-' : ratio >= 10 ? `${formatCount(ratio)} times` : signed(ratio - 1);
  return [
    cut(operation),
    latencyOf === undefined || latencyOf === 'total' ? metric : `${metric} ${latencyOf}`,
    figure(before),
    figure(after),
    change(interval?.ratio),
    change(interval?.low),
    change(interval?.high),
    `${outcome}${why === undefined ? '' : `: ${why}`}${worseHosts.length === 0 ? '' : `: ${foldNodeSet(worseHosts)}`}`,
  ];
}

function summary({ comparisons, cases, leftOut }: RunComparison): readonly string[] {
  const all = [...comparisons, ...(cases?.changes ?? [])];
  const of = (outcome: Comparison['outcome']): number => all.filter((one) => one.outcome === outcome).length;
  const unsure = all.filter((one) => one.outcome === 'cannot tell' && one.mayBeWorse).length;
  const parts = [
    `${of('worse')} worse`,
    `${of('better')} better`,
    `${of('same')} the same`,
    `${of('cannot tell')} cannot tell${unsure === 0 ? '' : `, ${unsure} of them may be worse`}`,
  ];
  return [
    '',
    `${plural(comparisons.length, 'figure')}${cases === undefined ? '' : `, ${plural(cases.common, 'case')}`}: ${parts.join('; ')}`,
    ...(leftOut.length === 0 ? [] : [`of too few samples, and left out: ${leftOutText(leftOut)}`]),
    ...(unsure === 0 ? [] : ['more hosts, a longer run or a larger --threshold tell more']),
  ];
}

/** Tests have hundreds of requests. */
const maxLeftOut = 20;

function leftOutText(leftOut: readonly string[]): string {
  const left = leftOut.length - maxLeftOut;
  return `${leftOut.slice(0, maxLeftOut).join(', ')}${left > 0 ? ` and ${formatCount(left)} more` : ''}`;
}

function runRow(what: string, { plan, hosts, missing }: RunFigures): readonly string[] {
  const gone = missing.length === 0 ? '' : `; without figures: ${foldNodeSet(missing)}`;
  const names = foldNodeSet(hosts.map(({ host }) => host));
  return [what, plan.run, `${plural(hosts.length, 'host')} ${names}${gone}`];
}

function runRecord({ plan, hosts, missing }: RunFigures): object {
  return { run: plan.run, hosts: foldNodeSet(hosts.map(({ host }) => host)), missing: foldNodeSet(missing) };
}

function signed(change: number): string {
  const percent = (100 * change).toFixed(1);
  return `${change >= 0 ? '+' : ''}${percent} %`;
}

function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}

/** Mount options are long. */
const cellCharacters = 60;

function cut(text: string): string {
  return text.length <= cellCharacters ? text : `${text.slice(0, cellCharacters - 3)}...`;
}
