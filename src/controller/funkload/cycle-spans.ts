/** When each cycle was under way on all hosts, which is what its rates are of. */
import { samplesOf } from '../../model/measured-traits.ts';
import type { Measured, Operation } from '../../model/measured.ts';
import type { Span } from './figures.ts';

/** From where the last host was in it to where the first one was out of it. */
export interface RanCycle {
  readonly index: number;
  readonly users: number;
  readonly span: Span;
}

export function cycleSpans(results: readonly Measured[]): readonly RanCycle[] {
  const indexes = new Set(results.flatMap(({ operations }) => operations.map(({ cycle }) => cycle?.index ?? 0)));
  return [...indexes]
    .toSorted((a, b) => a - b)
    .map((index) => {
      const hosts = results.flatMap(({ operations, asked }) => {
        const own = operations.filter(({ cycle }) => cycle?.index === index);
        return own.length === 0 ? [] : [{ users: own[0]?.cycle?.users ?? 0, span: spanOf(own, asked.durationSeconds) }];
      });
      return {
        index,
        users: hosts.reduce((sum, { users }) => sum + users, 0),
        span: {
          from: hosts.reduce((latest, { span }) => Math.max(latest, span.from), -Infinity),
          to: hosts.reduce((earliest, { span }) => Math.min(earliest, span.to), Infinity),
        },
      };
    });
}

/** A host on which nothing ends any more is still in the cycle: the time for which it was asked to go on counts. */
function spanOf(operations: readonly Operation[], askedSeconds = 0): Span {
  let [from, to] = [Infinity, -Infinity];
  for (const { startSeconds, seconds } of operations.flatMap((operation) => samplesOf(operation) ?? [])) {
    for (const [at, start] of startSeconds.entries()) {
      from = Math.min(from, start);
      to = Math.max(to, start + (seconds[at] ?? 0));
    }
  }
  return { from, to: Math.max(to, from + askedSeconds) };
}
