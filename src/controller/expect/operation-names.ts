/**
 * What an expectation may call operations: by the name in the report, or by what the tool or its user calls them. Other tools
 * have many of one name, of each cycle, job or step; then it means all of them together.
 */
import type { MergedOperation } from '../../model/run.ts';

/** Those that are called so; none: nobody calls any so. */
export function operationsCalled(operation: string, all: readonly MergedOperation[]): readonly MergedOperation[] {
  const exact = matching(all, (name) => name === operation);
  if (exact.length > 0) return exact;
  const lower = operation.toLowerCase();
  const folded = matching(all, (name) => name.toLowerCase() === lower);
  // FunkLoad's tests are `Class.method`.
  return folded.length > 0 ? folded : all.filter(({ called }) => called?.endsWith(`.${operation}`) === true);
}

/** All that there is to write, the shortest way to each first: for who wrote another. */
export function operationNames(all: readonly MergedOperation[]): readonly string[] {
  const done = all.filter(({ count }) => count > 0);
  const kinds = done.flatMap(({ kind }) => (kind === undefined || kind === 'io' || kind === 'operation' ? [] : [kind]));
  const called = done.map((one) => one.called ?? one.name);
  const jobs = done.flatMap((one) => (one.kind === 'io' ? jobOf(one) : []));
  return [...new Set([...kinds, ...called, ...(new Set(jobs).size > 1 ? jobs : [])])];
}

/** The first way in which any is called so. */
function matching(all: readonly MergedOperation[], is: (name: string) => boolean): readonly MergedOperation[] {
  const ways: readonly ((one: MergedOperation) => readonly string[])[] = [
    ({ name }) => [name],
    ({ called = [] }) => [called].flat(),
    (one) => jobOf(one).flatMap((job) => [job, `${job}.${one.called ?? one.name}`]),
    ({ kind = [] }) => [kind].flat(),
  ];
  return ways.map((way) => all.filter((one) => way(one).some(is))).find((these) => these.length > 0) ?? [];
}

/** fio's. */
function jobOf({ labels = [] }: MergedOperation): readonly string[] {
  return labels.flatMap(({ name, value }) => (name === 'job' ? [value] : []));
}
