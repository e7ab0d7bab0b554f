/** What was expected of a run, held against its merged figures. What can't be told is unknown, and passes nothing. */
import { apdexSamples, scoreOf } from '../../model/apdex.ts';
import { figureText, type Expectation, type JudgedExpectation } from '../../model/expectation.ts';
import {
  countOf,
  fromSparse,
  isPercentileSupported,
  mergeHistograms,
  newHistogram,
  percentile,
  samplesNeeded,
  valueOf,
} from '../../model/histogram.ts';
import { countedOnce } from '../../model/run-operations.ts';
import type { MergedOperation } from '../../model/run.ts';
import { sum } from '../../model/sum.ts';
import { formatCount, plural } from '../../report/format.ts';
import { closest } from '../input/closest.ts';
import { percentOf } from './expectation.ts';
import { operationNames, operationsCalled } from './operation-names.ts';

export function judgeExpectations(
  expectations: readonly Expectation[],
  operations: readonly MergedOperation[],
): readonly JudgedExpectation[] {
  return expectations.map((expectation) => {
    const figure = figureOf(expectation, operations);
    if ('why' in figure) return { ...expectation, outcome: 'unknown', found: null, why: figure.why };
    const found = Number(figure.found.toPrecision(9));
    return { ...expectation, outcome: isMet(expectation, found) ? 'met' : 'missed', found };
  });
}

/** What the verdict says of one that isn't met. */
export function reasonOf({ asked, found, unit, why }: JudgedExpectation): string {
  return found === null
    ? `expected ${asked}, which can't be told: ${why ?? 'there is no such figure'}`
    : `expected ${asked}, found ${figureText(found, unit)}`;
}

function isMet({ comparison, limit }: Expectation, found: number): boolean {
  switch (comparison) {
    case '<':
      return found < limit;
    case '<=':
      return found <= limit;
    case '>':
      return found > limit;
    case '>=':
      return found >= limit;
  }
}

type Figure = { readonly found: number } | { readonly why: string };

function figureOf({ operation, metric }: Expectation, all: readonly MergedOperation[]): Figure {
  const these = operation === undefined ? countedOnce(all) : operationsCalled(operation, all);
  const count = sum(these.map((one) => one.count));
  if (metric === 'count' && (these.length > 0 || operation === undefined)) return { found: count };
  if (count === 0) return { why: missing(operation, all) };
  switch (metric) {
    case 'rate':
      return timed(these, sum(these.map(({ perSecond }) => perSecond)));
    case 'throughput':
      return timed(these, sum(these.map((one) => (one.bytes / Math.max(1, one.count)) * one.perSecond)));
    case 'errors':
      return { found: sum(these.map(({ errors }) => errors)) / count };
    case 'apdex':
      return apdexFigure(these);
    default:
      return latencyFigure(metric, these);
  }
}

/** Names of other tools' operations may be many. */
const maxNames = 12;

function missing(operation: string | undefined, all: readonly MergedOperation[]): string {
  const names = operationNames(all);
  if (names.length === 0) return 'no operation was done';
  const meant = operation === undefined ? undefined : closest(operation, names);
  const left = names.length - maxNames;
  const list = `${names.slice(0, maxNames).join(', ')}${left > 0 ? ` and ${formatCount(left)} more` : ''}`;
  const most = `no ${operation ?? 'operation'} was done, but ${list}`;
  return meant === undefined ? most : `${most}; did you mean ${meant}?`;
}

/** A rate of 0 of what was done is one of hosts that never said how long they took. */
function timed(these: readonly MergedOperation[], found: number): Figure {
  const isTimed = these.some(({ perSecond }) => perSecond > 0);
  return isTimed ? { found } : { why: 'no host said how long its stress took' };
}

function apdexFigure(these: readonly MergedOperation[]): Figure {
  const told = these.flatMap(({ apdex }) => apdex ?? []);
  const found = scoreOf(told);
  if (found !== null) return { found };
  return { why: tooFew(sum(told.map(({ samples }) => samples)), apdexSamples) };
}

function latencyFigure(metric: string, these: readonly MergedOperation[]): Figure {
  const whyNot = these.find(({ notMergeable }) => notMergeable !== undefined)?.notMergeable;
  if (whyNot !== undefined) return { why: whyNot };
  const histogram = these.map((one) => fromSparse(one.histogram)).reduce(mergeHistograms, newHistogram());
  const samples = countOf(histogram);
  if (samples === 0) return { why: 'no latency was recorded' };
  if (metric === 'mean') {
    return { found: sum(Array.from(histogram, (count, bucket) => count * valueOf(bucket))) / samples / 1000 };
  }
  const percent = metric === 'max' ? 100 : percentOf(metric);
  if (percent === undefined) return { why: `there is no figure ${metric}` };
  if (!isPercentileSupported(percent, samples)) return { why: tooFew(samples, samplesNeeded(percent)) };
  return { found: (percentile(histogram, percent) ?? 0) / 1000 };
}

function tooFew(samples: number, needed: number): string {
  return `it takes ${formatCount(needed)} samples, and there ${samples === 1 ? 'is' : 'are'} ${plural(samples, 'sample')}`;
}
