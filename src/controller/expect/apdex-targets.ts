/** `--apdex 10ms`, `--apdex read=5ms`: the time that satisfies, for all kinds of operations or for one. */
import { apdexOf } from '../../model/apdex.ts';
import { FunbricError } from '../../model/errors.ts';
import { fromSparse } from '../../model/histogram.ts';
import type { MergedOperation } from '../../model/run.ts';
import { didYouMean } from '../input/closest.ts';
import { timeUnits } from './expectation.ts';
import { operationsCalled } from './operation-names.ts';

export interface ApdexTarget {
  /** Undefined: all that have none of their own. */
  readonly operation: string | undefined;
  readonly targetUs: number;
}

/** `operations`: all that there can be, where that is known. */
export function parseTarget(text: string, operations?: readonly string[]): ApdexTarget {
  const equals = text.lastIndexOf('=');
  const operation = equals < 0 ? undefined : text.slice(0, equals).trim();
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(text.slice(equals + 1).trim()) ?? [];
  const targetUs = Number(number ?? 0) * (timeUnits.get(unit) ?? 0);
  if (targetUs === 0) throw refusal(text, 'it is no time', 'write 500us, 10ms or 1s, or for one operation read=10ms');
  if (operation !== undefined && operations?.includes(operation) === false) {
    const all = `operations are ${operations.join(', ')}`;
    throw refusal(text, `${JSON.stringify(operation)} is no operation`, didYouMean(operation, operations, all));
  }
  return { operation, targetUs };
}

/** One of its own wins over that of all; the last one that was given counts. */
export function targetOf(operation: string | undefined, targets: readonly ApdexTarget[]): number | undefined {
  const own = targets.findLast((target) => target.operation !== undefined && target.operation === operation);
  return (own ?? targets.findLast((target) => target.operation === undefined))?.targetUs;
}

/** Operations with the Apdex of those that have a target. */
export function withApdex(
  operations: readonly MergedOperation[],
  targets: readonly ApdexTarget[],
): readonly MergedOperation[] {
  const meant = targets.flatMap(({ operation, targetUs }) =>
    operation === undefined ? [] : [{ targetUs, these: new Set(operationsCalled(operation, operations)) }],
  );
  return operations.map((operation) => {
    const own = meant.findLast(({ these }) => these.has(operation));
    const targetUs = own?.targetUs ?? targetOf(undefined, targets);
    if (targetUs === undefined) return operation;
    const { histogram, errors } = operation;
    return { ...operation, apdex: apdexOf(fromSparse(histogram), { targetUs, errors }) };
  });
}

function refusal(text: string, what: string, hint: string): FunbricError {
  return new FunbricError('usage', `--apdex can't be ${JSON.stringify(text)}: ${what}`, { hint });
}
