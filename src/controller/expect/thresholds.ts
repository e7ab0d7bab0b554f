/** `--expect` and `--apdex`: what a task that takes them declares, and what comes of their words. */
import { FunbricError } from '../../model/errors.ts';
import type { Expectation, Thresholds } from '../../model/expectation.ts';
import type { WorkloadSpec } from '../../model/plan.ts';
import { recordKinds } from '../../model/record.ts';
import type { TaskOption } from '../tasks/task.ts';
import { parseTarget, targetOf, type ApdexTarget } from './apdex-targets.ts';
import { parseExpectation } from './expectation.ts';

/** For the `options` of a task: `options: { ...expectOptions }, expect: (options) => options`. */
export const expectOptions: {
  readonly expect: TaskOption & { readonly type: 'list' };
  readonly apdex: TaskOption & { readonly type: 'list' };
} = {
  expect: {
    type: 'list',
    describe:
      "fail the run where a figure is otherwise: 'read.p99<20ms', 'errors<0.1%', 'rate>500/s', 'write.throughput>=10MiB/s'; repeatable",
  },
  apdex: { type: 'list', describe: 'time that satisfies, for Apdex of all operations or one: 10ms, read=5ms' },
};

/** What a run is judged by. */
export interface Asked {
  readonly expectations: readonly Expectation[];
  readonly targets: readonly ApdexTarget[];
}

/** All of them hold. Throws `usage` for a word that is none; `operations`: all that there can be, where that is known. */
export function readThresholds(all: readonly Thresholds[], operations?: readonly string[]): Asked {
  const words = (pick: (one: Thresholds) => readonly string[] | undefined): readonly string[] => [
    ...new Set(all.flatMap((one) => pick(one) ?? [])),
  ];
  const targets = words(({ apdex }) => apdex).map((text) => parseTarget(text, operations));
  const expectations = words(({ expect }) => expect).map((text) => parseExpectation(text, operations));
  const aimless = expectations.find(
    ({ metric, operation }) =>
      metric === 'apdex' &&
      (operation === undefined ? targets.length === 0 : targetOf(operation, targets) === undefined),
  );
  if (aimless === undefined) return { expectations, targets };
  throw new FunbricError('usage', `--expect ${JSON.stringify(aimless.asked)} needs a time that satisfies`, {
    hint: 'give it: --apdex 10ms, or for one operation --apdex read=5ms',
  });
}

/** What a workload can do; undefined where nobody knows. */
export function operationsOf(workload: WorkloadSpec | undefined): readonly string[] | undefined {
  if (workload?.engine !== 'files') return undefined;
  return Object.keys(recordKinds).filter((name) => !isInner(name));
}

/** Records that are no operation of a stress: parts of one, and what verify does. */
function isInner(name: string): boolean {
  return ['observe', 'listed', 'lines', 'noLine'].includes(name) || name.startsWith('scan');
}
