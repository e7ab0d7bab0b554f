/** On what it ran, so that the run can be told from another one and be repeated. */
import { consistencyOf } from '../../model/consistency.ts';
import { describeMount } from '../../model/mount-spec.ts';
import type { PlannedTask } from '../../model/plan.ts';
import type { Facts } from '../../model/protocol.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { foldHosts, groupBy } from '../fold.ts';
import { formatBytes, formatCount, formatInstant, formatMs, plural } from '../format.ts';
import type { Block, Fact, Section, TableBlock } from '../section.ts';

export const environmentSection: Section = {
  id: 'environment',
  title: 'Environment',
  blocks(run) {
    const told = run.hosts.flatMap((host) => (host.facts === undefined ? [] : [{ host, facts: host.facts }]));
    const tables: readonly Block[] = told.length === 0 ? [] : [mountTable(run, told), machineTable(told)];
    return [...tables, { kind: 'facts', facts: [...untriedFacts(run), ...planFacts(run)] }];
  },
};

interface Told {
  readonly host: RunHost;
  readonly facts: Facts;
}

function mountTable(run: Run, told: readonly Told[]): TableBlock {
  const declared = run.plan.tasks.find(({ workload }) => workload !== undefined)?.workload?.consistency;
  const mounted = told.flatMap(({ host, facts }) =>
    facts.target === undefined ? [] : [{ host, mount: facts.target }],
  );
  return {
    kind: 'table',
    caption: 'The file system under test, and what its mount promises',
    columns: [
      { title: 'Hosts', align: 'left' },
      { title: 'Type', align: 'left' },
      { title: 'Promises', align: 'left' },
      { title: 'Mounted on', align: 'left', isMono: true },
      { title: 'From', align: 'left', isMono: true },
      { title: 'Options', align: 'left', isMono: true },
    ],
    rows: groupBy(mounted, ({ mount }) => JSON.stringify(mount)).flatMap((group) => {
      const mount = group[0]?.mount;
      if (mount === undefined) return [];
      const hosts = foldHosts(group.map(({ host }) => host.name));
      const promise = declared === undefined ? consistencyOf(mount) : `${declared} (--consistency)`;
      const cells = [hosts, mount.type, promise, mount.path, mount.source, mount.options.join(', ')];
      return [{ cells, tone: 'plain' as const }];
    }),
  };
}

function machineTable(told: readonly Told[]): TableBlock {
  const same = ({ facts: { platform, kernel, arch, node, cpu, cpus, memoryBytes, locksBy } }: Told): string =>
    JSON.stringify([platform, kernel, arch, node, cpu, cpus, memoryBytes, locksBy]);
  const isLocking = told.some(({ facts }) => facts.locksBy !== undefined);
  return {
    kind: 'table',
    caption: 'Machines, as they describe themselves',
    columns: [
      { title: 'Hosts', align: 'left' },
      { title: 'System', align: 'left' },
      { title: 'Node', align: 'left' },
      { title: 'CPU', align: 'left' },
      { title: 'Memory', align: 'right' },
      ...(isLocking ? [{ title: 'Locks by', align: 'left' } as const] : []),
    ],
    rows: groupBy(told, same).flatMap((group) => {
      const facts = group[0]?.facts;
      if (facts === undefined) return [];
      const cells = [
        foldHosts(group.map(({ host }) => host.name)),
        `${facts.platform} ${facts.kernel} ${facts.arch}`,
        facts.node,
        `${formatCount(facts.cpus)} × ${facts.cpu}`,
        formatBytes(facts.memoryBytes),
        ...(isLocking ? [facts.locksBy ?? ''] : []),
      ];
      return [{ cells, tone: 'plain' as const }];
    }),
  };
}

/** What no finding can be about. */
function untriedFacts({ hosts }: Run): readonly Fact[] {
  const untried = hosts.flatMap(({ name, untried: calls = [] }) => calls.map((one) => ({ name, ...one })));
  return groupBy(untried, ({ call, error }) => `${call} ${error ?? ''}`).flatMap((group) => {
    const one = group[0];
    if (one === undefined) return [];
    const why = one.error === undefined ? 'nothing there can make the call (perl, python3)' : one.error;
    return [{ label: `No ${one.call}`, value: `${foldHosts(group.map(({ name }) => name))}: ${why}` }];
  });
}

function planFacts({ plan }: Run): readonly Fact[] {
  const { limits } = plan;
  return [
    { label: 'Run', value: plan.run },
    { label: 'Planned', value: formatInstant(plan.createdAt) },
    { label: 'funbric', value: plan.funbric },
    { label: 'Seed', value: String(plan.seed) },
    ...plan.tasks.map((task) => ({ label: `Task ${task.name}`, value: optionsOf(task) })),
    ...plan.tasks.flatMap(({ name, workload }) =>
      workload === undefined ? [] : [{ label: `Workload of ${name}`, value: JSON.stringify(workload) }],
    ),
    ...plan.tasks.flatMap(({ name, mount }) =>
      mount === undefined ? [] : [{ label: `Mount of ${name}`, value: `${mount.from}: ${describeMount(mount)}` }],
    ),
    ...(plan.beforeVerify === undefined ? [] : [{ label: 'Before verify', value: plan.beforeVerify }]),
    ...(plan.isAfterCrash === true
      ? [{ label: 'After a crash', value: 'only what was synced must have survived' }]
      : []),
    {
      label: 'Limits',
      value: [
        `connect ${formatMs(limits.connectMs)}`,
        `command ${limits.commandMs === 0 ? 'none' : formatMs(limits.commandMs)}`,
        `silence ${formatMs(limits.silenceMs)}`,
        `lease ${formatMs(limits.leaseMs)}`,
        `teardown ${formatMs(limits.teardownMs)}`,
        `operation ${formatMs(limits.hungMs)}`,
        ...(limits.errorShare === undefined ? [] : [`errors ${round(limits.errorShare * 100)} %`]),
        ...(limits.beforeVerifyMs === undefined ? [] : [`before-verify ${formatMs(limits.beforeVerifyMs)}`]),
      ].join(', '),
    },
  ];
}

/** 0.07 is 7.000000000000001 % to a computer. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

function optionsOf({ options }: PlannedTask): string {
  const words = Object.entries(options).map(
    ([name, value]) => `--${name} ${Array.isArray(value) ? value.join(',') : value}`,
  );
  return words.length === 0 ? 'no options' : `${plural(words.length, 'option')}: ${words.join(' ')}`;
}
