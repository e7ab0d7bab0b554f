/**
 * `read.p99<20ms`: OPERATION.METRIC, or METRIC alone for all kinds of operations together; then < <= > or >=, a number and its
 * unit. A slip is refused before any host is reached, with the word that was probably meant: an hour later it is too late.
 */
import { FunbricError } from '../../model/errors.ts';
import type { Comparison, Expectation, FigureUnit } from '../../model/expectation.ts';
import { didYouMean } from '../input/closest.ts';

/** `operations`: all that there can be, where that is known. */
export function parseExpectation(text: string, operations?: readonly string[]): Expectation {
  const [, left = '', comparison, right = ''] = /^\s*(.*?)\s*(<=|>=|<|>)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (!isComparison(comparison)) throw refusal(text, 'there is no <, <=, > or >= in it', example);
  const { operation, metric } = parseFigure(text, left, operations);
  const unit = unitOf(metric);
  return {
    asked: text.trim(),
    ...(operation === undefined ? {} : { operation }),
    metric,
    comparison,
    limit: parseLimit(text, right, { metric, unit }),
    unit,
  };
}

/** `p99.9` -> 99.9; undefined for what is no percentile. */
export function percentOf(metric: string): number | undefined {
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,4})?)$/.exec(metric)?.[1] ?? NaN);
  return percent > 0 && percent < 100 ? percent : undefined;
}

const example = "write OPERATION.METRIC or METRIC, a comparison and a number: 'read.p99<20ms', 'errors<0.1%'";

function isComparison(text: string | undefined): text is Comparison {
  return text === '<' || text === '<=' || text === '>' || text === '>=';
}

const others = {
  max: 'us',
  mean: 'us',
  count: 'count',
  rate: 'perSecond',
  throughput: 'bytesPerSecond',
  errors: 'share',
  apdex: 'score',
} as const satisfies Readonly<Record<string, FigureUnit>>;

/** The operation may have dots in its name, as may the percentile: the metric is what is one, at the end. */
const figurePattern = new RegExp(
  `^(?:(.+?)\\.)?(p(?!0+(?:\\.0+)?$)\\d{1,2}(?:\\.\\d{1,4})?|${Object.keys(others).join('|')})$`,
  's',
);

/** For the nearest word to a slip. */
const metrics = ['p50', 'p75', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', ...Object.keys(others)];

function unitOf(metric: string): FigureUnit {
  const known: Readonly<Record<string, FigureUnit>> = others;
  return known[metric] ?? 'us';
}

function parseFigure(
  text: string,
  left: string,
  operations: readonly string[] | undefined,
): { readonly operation: string | undefined; readonly metric: string } {
  const [, operation, metric] = figurePattern.exec(left) ?? [];
  if (metric === undefined) throw noMetric(text, left, operations);
  if (operation !== undefined && operations !== undefined && !operations.includes(operation)) {
    const all = `operations are ${operations.join(', ')}`;
    throw refusal(text, `${JSON.stringify(operation)} is no operation`, didYouMean(operation, operations, all));
  }
  return { operation, metric };
}

function noMetric(text: string, left: string, operations: readonly string[] | undefined): FunbricError {
  // A last word of digits is the end of a percentile.
  const word = /[^.]*(?:\.\d*)?$/.exec(left)?.[0].trim() ?? '';
  const all = 'metrics are p50 to p99.99, max, mean, count, rate, throughput, errors and apdex';
  if (word === '') return refusal(text, 'there is no metric in it', all);
  const isOperation = word === left && operations?.includes(word) === true;
  const hint = isOperation
    ? `it is an operation, so name its figure, too: ${word}.p99`
    : didYouMean(word, metrics, all);
  return refusal(text, `${JSON.stringify(word)} is no metric`, hint);
}

/** In us. */
export const timeUnits: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1e3],
  ['s', 1e6],
  ['µs', 1],
]);

/** What one of each is, in the unit that figures are kept in. */
const unitWords: Readonly<Record<FigureUnit, ReadonlyMap<string, number>>> = {
  us: timeUnits,
  count: new Map([['', 1]]),
  perSecond: new Map([
    ['/s', 1],
    ['', 1],
  ]),
  bytesPerSecond: new Map([
    ['KiB/s', 2 ** 10],
    ['MiB/s', 2 ** 20],
    ['GiB/s', 2 ** 30],
    ['B/s', 1],
  ]),
  share: new Map([['%', 0.01]]),
  score: new Map([['', 1]]),
};

function parseLimit(
  text: string,
  right: string,
  { metric, unit }: { readonly metric: string; readonly unit: FigureUnit },
): number {
  const words = unitWords[unit];
  const [, number, word = ''] = /^(\d+(?:\.\d+)?|\.\d+)\s*(.*)$/s.exec(right) ?? [];
  const all = [...words.keys()].filter(Boolean);
  const allowed = all.length === 0 ? `${metric} has no unit` : `units of ${metric} are ${all.join(', ')}`;
  if (number === undefined) throw refusal(text, `${JSON.stringify(right)} is no number`, `${example}; ${allowed}`);
  const factor = word === '' && Number(number) === 0 ? 1 : words.get(word);
  if (factor === undefined) {
    throw refusal(
      text,
      word === '' ? `${number} has no unit` : `${JSON.stringify(word)} is no unit of ${metric}`,
      word === '' ? allowed : didYouMean(word, all, allowed),
    );
  }
  // 0.1 * 0.01 is 0.0010000000000000002 to a computer.
  const limit = Number((Number(number) * factor).toPrecision(12));
  if ((unit === 'share' || unit === 'score') && limit > 1) {
    throw refusal(text, `${right} is more than all`, unit === 'share' ? 'a share is 100% at most' : 'Apdex is 0 to 1');
  }
  return limit;
}

function refusal(text: string, what: string, hint: string): FunbricError {
  return new FunbricError('usage', `--expect can't be ${JSON.stringify(text)}: ${what}`, { hint });
}
