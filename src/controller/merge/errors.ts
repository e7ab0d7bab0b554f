/**
 * Errors grouped by operation and errno. The agents say how many, since they know which errors the workload expects; the
 * journals say when the first and the last came, and on which files.
 */
import type { History } from '../../checks/history.ts';
import { stressPhase } from '../../checks/phases.ts';
import { errnoNameOf } from '../../model/errno.ts';
import { pathOf } from '../../model/namespace.ts';
import { kindName, layout, outcomes, readRecord, recordKinds } from '../../model/record.ts';
import type { ErrorGroup } from '../../model/run.ts';
import { round, type HostTiming } from './timing.ts';

const maxExamples = 3;

export function mergeErrors(
  history: History | undefined,
  timings: readonly HostTiming[],
  zeroNs: number,
): ErrorGroup[] {
  const groups = countErrors(timings);
  for (const segment of history?.log.segments ?? []) {
    const timing = timings[segment.host];
    if (timing === undefined || segment.phase !== stressPhase) continue;
    for (let at = 0; at < segment.count; at++) {
      if (segment.views.u8[at * 64 + layout.outcome] !== outcomes.error) continue;
      const kind = segment.views.u8[at * 64 + layout.kind] ?? 0;
      // Further records of one operation that failed once.
      if (kind === recordKinds.observe || kind === recordKinds.listed) continue;
      const record = readRecord(segment.views, at);
      const error = errnoNameOf(record.errno, timing.result.agent?.facts.platform ?? '');
      const group = groups.get(keyOf(kindName(kind), error));
      if (group?.hosts.includes(timing.result.name) !== true) continue;
      const there = timing.toController(record.endNs);
      sight(group, {
        host: timing.result.name,
        file: pathOf(record.owner, record.name),
        ...(there === undefined ? {} : { atMs: round((there - zeroNs) / 1e6) }),
      });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || order(a, b));
}

/** The same run has the same order, also where counts are equal. */
function order(a: ErrorGroup, b: ErrorGroup): number {
  return keyOf(a.operation, a.error) < keyOf(b.operation, b.error) ? -1 : 1;
}

function keyOf(operation: string, error: string): string {
  return `${operation} ${error}`;
}

function countErrors(timings: readonly HostTiming[]): Map<string, ErrorGroup> {
  const groups = new Map<string, ErrorGroup>();
  for (const { result } of timings) {
    for (const { name: operation, errors } of result.agent?.operations ?? []) {
      for (const [error, count] of Object.entries(errors)) {
        const key = keyOf(operation, error);
        const group = groups.get(key) ?? { operation, error, count: 0, hosts: [], examples: [] };
        group.count += count;
        if (!group.hosts.includes(result.name)) group.hosts.push(result.name);
        groups.set(key, group);
      }
    }
  }
  return groups;
}

/** Hosts are looked at one after another; an example of another host is worth more than a second one of the same. */
function sight(group: ErrorGroup, example: ErrorGroup['examples'][number]): void {
  const { atMs } = example;
  if (atMs !== undefined) {
    group.firstMs = Math.min(group.firstMs ?? atMs, atMs);
    group.lastMs = Math.max(group.lastMs ?? atMs, atMs);
  }
  const { examples } = group;
  if (examples.length < maxExamples) examples.push(example);
  else if (examples.every(({ host }) => host !== example.host)) {
    const double = examples.findIndex(({ host }, place) => examples.findIndex((one) => one.host === host) < place);
    if (double >= 0) examples[double] = example;
  }
}
