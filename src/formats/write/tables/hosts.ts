/** What became of each host, what it is, and what it did when. */
import type { Run, RunHost } from '../../../model/run.ts';
import { table, type Columns, type Table } from './table.ts';

const identity: Columns<RunHost> = {
  index: ({ index }) => index,
  name: ({ name }) => name,
  status: ({ status }) => status,
  reason: ({ reason }) => reason,
  isInterrupted: ({ isInterrupted }) => isInterrupted,
};

const work: Columns<RunHost> = {
  operations: ({ operations }) => operations,
  errors: ({ errors }) => errors,
  bytes: ({ bytes }) => bytes,
  perSecond: ({ perSecond }) => perSecond,
  gaps: ({ gaps }) => gaps.length,
  askedPerSecond: ({ pace }) => pace?.askedPerSecond,
  workersBehind: ({ pace }) => pace?.workersBehind,
  lateMsMax: ({ pace }) => pace?.lateMsMax,
};

const clock: Columns<RunHost> = {
  clockBestNs: ({ clock }) => clock?.bestNs,
  clockWorstNs: ({ clock }) => clock?.worstNs,
  clockHasStep: ({ clock }) => clock?.hasStep,
  clockFault: ({ clockFault }) => clockFault,
};

const facts: Columns<RunHost> = {
  hostname: ({ facts }) => facts?.hostname,
  platform: ({ facts }) => facts?.platform,
  kernel: ({ facts }) => facts?.kernel,
  arch: ({ facts }) => facts?.arch,
  node: ({ facts }) => facts?.node,
  cpu: ({ facts }) => facts?.cpu,
  cpus: ({ facts }) => facts?.cpus,
  memoryBytes: ({ facts }) => facts?.memoryBytes,
  targetPath: ({ facts }) => facts?.target?.path,
  targetType: ({ facts }) => facts?.target?.type,
  targetSource: ({ facts }) => facts?.target?.source,
  targetOptions: ({ facts }) => facts?.target?.options.join(','),
  locksBy: ({ facts }) => facts?.locksBy,
};

export const hostTables: readonly Table[] = [
  table({
    name: 'hosts',
    of: ['hosts', 'plan.hosts', 'hosts[].facts.target.options'],
    rows: ({ hosts }) => hosts,
    columns: { ...identity, ...work, ...clock, ...facts },
  }),
  table({
    name: 'gaps',
    of: ['hosts[].gaps'],
    rows: (run) => ofEach(run, ({ gaps }) => gaps),
    columns: { host: ({ host }) => host, gap: ({ one }) => one },
  }),
  table({
    name: 'phases',
    of: ['hosts[].phases'],
    rows: (run) => ofEach(run, ({ phases }) => phases),
    columns: {
      host: ({ host }) => host,
      phase: ({ one }) => one.phase,
      startMs: ({ one }) => one.startMs,
      endMs: ({ one }) => one.endMs,
      end: ({ one }) => one.end,
    },
  }),
  table({
    name: 'commands',
    of: ['hosts[].commands'],
    rows: (run) => ofEach(run, ({ commands }) => commands),
    columns: {
      host: ({ host }) => host,
      task: ({ one }) => one.task,
      phase: ({ one }) => one.phase,
      command: ({ one }) => one.command,
      exit: ({ one }) => one.exit,
      elapsedMs: ({ one }) => one.elapsedMs,
      stdout: ({ one }) => one.stdout,
      stderr: ({ one }) => one.stderr,
    },
  }),
  table({
    name: 'vitals',
    of: ['hosts[].vitals'],
    rows: (run) => ofEach(run, ({ vitals }) => vitals),
    columns: {
      host: ({ host }) => host,
      startMs: ({ one }) => one.startMs,
      endMs: ({ one }) => one.endMs,
      phase: ({ one }) => one.phase,
      operationsPerSecondMin: ({ one }) => one.operationsPerSecondMin,
      operationsPerSecondMax: ({ one }) => one.operationsPerSecondMax,
      cpuPercentMax: ({ one }) => one.cpuPercentMax,
      rssBytesMax: ({ one }) => one.rssBytesMax,
      loadAverageMax: ({ one }) => one.loadAverageMax,
      oldestOperation: ({ one }) => one.oldest?.operation,
      oldestAgeMs: ({ one }) => one.oldest?.ageMs,
    },
  }),
  table({
    name: 'clock-epochs',
    of: ['hosts[].clock.epochs'],
    rows: (run) => ofEach(run, ({ clock }) => clock?.epochs),
    columns: {
      host: ({ host }) => host,
      startMs: ({ one }) => one.startMs,
      endMs: ({ one }) => one.endMs,
      bestNs: ({ one }) => one.bestNs,
      worstNs: ({ one }) => one.worstNs,
    },
  }),
  table({
    name: 'clock-steps',
    of: ['hosts[].clock.steps'],
    rows: (run) => ofEach(run, ({ clock }) => clock?.steps),
    columns: {
      host: ({ host }) => host,
      startMs: ({ one }) => one.startMs,
      endMs: ({ one }) => one.endMs,
      aheadNsMin: ({ one }) => one.aheadNsMin,
      aheadNsMax: ({ one }) => one.aheadNsMax,
    },
  }),
  table({
    name: 'outliers',
    of: ['outliers'],
    rows: ({ outliers = [] }) => outliers,
    columns: {
      host: ({ host }) => host,
      figure: ({ figure }) => figure,
      value: ({ value }) => value,
      median: ({ median }) => median,
      isWorse: ({ isWorse }) => isWorse,
    },
  }),
  table({
    name: 'untried',
    of: ['hosts[].untried'],
    rows: (run) => ofEach(run, ({ untried }) => untried),
    columns: { host: ({ host }) => host, call: ({ one }) => one.call, error: ({ one }) => one.error },
  }),
];

/** What each host has several of, beside the name of the host. */
function ofEach<T>(
  { hosts }: Run,
  pick: (host: RunHost) => readonly T[] | undefined,
): readonly { readonly host: string; readonly one: T }[] {
  return hosts.flatMap((host) => (pick(host) ?? []).map((one) => ({ host: host.name, one })));
}
