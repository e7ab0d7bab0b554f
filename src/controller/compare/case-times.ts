/** How long functional tests took on each host, by class and in all: of those alone that all hosts of both runs timed. */
import { hostsOfCases, type CaseFigures, type ComparedCase } from './case-figures.ts';

export interface CaseTimes {
  readonly name: string;
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
}

interface CasePair {
  readonly before: ComparedCase | undefined;
  readonly after: ComparedCase | undefined;
}

/** A case that some host didn't time would make that host quick. */
export function timesOf(
  common: readonly CasePair[],
  runs: { readonly before: CaseFigures; readonly after: CaseFigures },
): readonly CaseTimes[] {
  const hosts = { before: hostsOfCases(runs.before), after: hostsOfCases(runs.after) };
  const groups = new Map<string, { before: Map<string, number>; after: Map<string, number> }>();
  for (const { before, after } of common) {
    if (before === undefined || after === undefined) continue;
    const isTimed =
      hosts.before.every((host) => before.seconds.has(host)) && hosts.after.every((host) => after.seconds.has(host));
    if (!isTimed) continue;
    for (const name of ['all cases', `cases of ${groupOf(after)}`]) {
      const group = groups.get(name) ?? { before: new Map<string, number>(), after: new Map<string, number>() };
      groups.set(name, group);
      addTo(group.before, before);
      addTo(group.after, after);
    }
  }
  const [all, ...others] = Array.from(groups, ([name, { before, after }]): CaseTimes => ({ name, before, after }));
  // One class is all of them.
  if (all === undefined || others.length < 2) return all === undefined ? [] : [all];
  return [all, ...others.toSorted((a, b) => total(b) - total(a)).slice(0, maxGroups)];
}

/** Those that take longest. */
const maxGroups = 50;

function groupOf({ suites, className }: ComparedCase): string {
  return className === '' ? (suites.at(-1) ?? '') : className;
}

function addTo(group: Map<string, number>, { seconds }: ComparedCase): void {
  for (const [host, own] of seconds) group.set(host, (group.get(host) ?? 0) + own * 1e6);
}

function total({ before }: CaseTimes): number {
  return [...before.values()].reduce((sum, one) => sum + one, 0);
}
