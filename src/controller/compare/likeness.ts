/**
 * Whether two runs may be compared at all: they did the same on the same kind of machines. What differs is told in full, since a
 * difference of the figures may be of that and of nothing else.
 */
import { foldNodeSet } from '../../model/nodeset.ts';
import type { PlannedTask } from '../../model/plan.ts';
import type { Facts } from '../../model/protocol.ts';
import { formatBytes } from '../../report/format.ts';
import type { HostFigures } from './host-figures.ts';
import type { RunFigures } from './run-figures.ts';

export interface Difference {
  /** `hosts`, `workload chunkBytes`, `kernel`. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export function differencesOf(before: RunFigures, after: RunFigures): readonly Difference[] {
  const [first, second] = [traitsOf(before), traitsOf(after)];
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((what) => {
    const [one = absent, other = absent] = [first.get(what), second.get(what)];
    return one === other ? [] : [{ what, before: one, after: other }];
  });
}

const absent = '-';

function traitsOf(run: RunFigures): ReadonlyMap<string, string> {
  const { plan, hosts } = run;
  const folded = (what: string, pick: (host: HostFigures) => string | undefined): [string, string][] => {
    const value = foldTrait(hosts, pick);
    return value === undefined ? [] : [[what, value]];
  };
  const told = new Set(hosts.map(({ traits }) => traits).flatMap((traits) => Array.from(traits.keys())));
  return new Map([
    ...hostTraits(run),
    ...plan.tasks.flatMap(workloadTraits),
    ...environment.flatMap(([what, pick]) =>
      folded(what, ({ facts }) => (facts === undefined ? undefined : pick(facts))),
    ),
    ...Array.from(told).flatMap((what) => folded(what, ({ traits }) => traits.get(what))),
  ]);
}

/** Our own stress is of all its hosts together; how many of them a tool ran on is not what it was told to do. */
function hostTraits({ plan, hosts }: RunFigures): [string, string][] {
  if (hosts.every(({ facts }) => facts === undefined)) return [];
  return [
    ['hosts', String(plan.hosts.length)],
    ['hosts with figures', String(hosts.length)],
  ];
}

/** Of the directory under test only what is mounted there matters. The consistency that holds is its mount's, where none is given. */
function workloadTraits({ workload = { engine: 'none', workers: 0 } }: PlannedTask): [string, string][] {
  return Object.entries(workload)
    .filter(([name, value]) => name !== 'dir' && value !== undefined)
    .map(([name, value]) => [`workload ${name}`, typeof value === 'string' ? value : JSON.stringify(value)]);
}

const environment: readonly (readonly [string, (facts: Facts) => string | undefined])[] = [
  ['system', ({ platform, arch }) => `${platform} ${arch}`],
  ['kernel', ({ kernel }) => kernel],
  ['Node.js', ({ node }) => node],
  ['processor', ({ cpus, cpu }) => `${cpus} x ${cpu}`],
  // What a kernel keeps for itself differs from boot to boot.
  ['memory', ({ memoryBytes }) => formatBytes(2 ** (Math.round(Math.log2(Math.max(1, memoryBytes)) * 8) / 8))],
  ['file system', ({ target }) => target?.type],
  ['mounted from', ({ target }) => target?.source],
  ['mount options', ({ target }) => target?.options.toSorted().join(',')],
  ['locks by', ({ locksBy }) => locksBy],
];

/** One value is of all hosts; several name theirs, so that a host that was exchanged shows. */
function foldTrait(hosts: readonly HostFigures[], pick: (host: HostFigures) => string | undefined): string | undefined {
  const byValue = new Map<string, string[]>();
  for (const figures of hosts) {
    const value = pick(figures);
    if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), figures.host]);
  }
  if (byValue.size <= 1) return [...byValue.keys()][0];
  return [...byValue]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, names]) => `${foldNodeSet(names)}: ${value}`)
    .join('; ');
}
