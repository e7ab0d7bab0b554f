/** The doctor's findings for people: one line an aspect, with the hosts that are alike in it folded, then what to change. */
import { foldNodeSet } from '../../model/nodeset.ts';
import { alignedRows } from '../../report/aligned-rows.ts';
import { formatBytes, formatMs, formatUs, plural } from '../../report/format.ts';
import type { Examination, Examined } from './examination.ts';
import type { FleetHealth } from './examine.ts';
import type { Limit } from './facts.ts';
import type { Trouble } from './trouble.ts';

/** What is said of one host in one respect. Hosts with the same text share a line, with the range of their measures. */
interface Cell {
  readonly text: string;
  readonly measure?: number;
}

interface Aspect {
  readonly name: string;
  readonly cell: (examination: Examination, host: { readonly loginMs: number }) => Cell | undefined;
  /** Of a measure. */
  readonly unit?: (value: number) => string;
}

/** Texts shown of a mount; the rest is in --json. */
const maxOptions = 160;

export function healthLines(health: FleetHealth): readonly string[] {
  const rows = aspectsOf(health).flatMap((aspect) => rowsOf(aspect, health.hosts));
  const gone = goneRows(health.hosts);
  const troubles = health.troubles.flatMap(troubleLines);
  const well = health.hosts.length - gone.length;
  const none = gone.length === 0 ? `nothing to change on ${plural(well, 'host')}` : undefined;
  return [
    ...alignedRows([['aspect', 'hosts', 'found'], ...rows, ...gone], maxWidth),
    ...(troubles.length > 0 ? ['', ...troubles] : none === undefined ? [] : ['', none]),
  ];
}

function aspectsOf({ isNewKeyAccepted, dir }: FleetHealth): readonly Aspect[] {
  const key = isNewKeyAccepted ? 'host key known or just added' : 'host key known';
  return [
    {
      name: 'login',
      cell: ({ facts, isSsh }, { loginMs }) => ({
        text: `${isSsh ? key : 'no SSH'}, as ${facts.user ?? '?'}, in`,
        measure: loginMs,
      }),
      unit: msText,
    },
    {
      name: 'shell',
      cell: ({ facts, shell }) => ({
        text: `${facts.shell ?? '?'}${shell.noise === undefined ? '' : ', which prints'}, in`,
        measure: shell.startMs,
      }),
      unit: msText,
    },
    { name: 'system', cell: ({ facts }) => ({ text: facts.system }) },
    { name: 'machine', cell: ({ facts }) => ({ text: machineOf(facts) }) },
    {
      name: 'load',
      cell: ({ facts }) => (facts.load === undefined ? undefined : { text: '', measure: facts.load }),
      unit: String,
    },
    {
      name: 'node',
      cell: ({ node }) => ({
        text: node.isUsable
          ? `${node.node}, agent ${node.isAgentCached ? 'there already' : 'will be uploaded'}`
          : node.node,
      }),
    },
    ...[0, 1, 2].map((at) => placeAspect(at)),
    { name: 'limits', cell: ({ facts }) => ({ text: limitsOf(facts) }) },
    { name: 'clock', cell: clockCell, unit: (ms) => `±${msText(ms)}` },
    { name: 'fio', cell: ({ facts }) => (facts.fio === undefined ? undefined : { text: facts.fio }) },
    { name: 'sshd', cell: ({ facts }) => (facts.sshd.length === 0 ? undefined : { text: facts.sshd.join(', ') }) },
    ...(dir === undefined ? [] : [directoryAspect(dir), roomAspect(dir)]),
  ];
}

function msText(ms: number): string {
  return formatUs(ms * 1000);
}

function machineOf({ cpus, memoryBytes }: Examination['facts']): string {
  return `${cpus === undefined ? '? CPUs' : plural(cpus, 'CPU')}, ${memoryBytes === undefined ? '?' : formatBytes(memoryBytes)}`;
}

function placeAspect(at: number): Aspect {
  return {
    name: 'room',
    cell({ facts }) {
      const place = facts.places[at];
      if (place === undefined) return undefined;
      const text = `${place.name} ${place.state}`;
      return place.freeBytes === undefined ? { text } : { text: `${text}, free:`, measure: place.freeBytes };
    },
    unit: formatBytes,
  };
}

function limitsOf({ openFiles, processes }: Examination['facts']): string {
  return `open files ${limitText(openFiles)}, processes ${limitText(processes)}`;
}

function limitText(limit: Limit | undefined): string {
  return limit === undefined ? '?' : `${limit.soft} (at most ${limit.hard})`.replaceAll('Infinity', 'unlimited');
}

/** The width is how well hosts can be compared at all. */
function clockCell({ clock }: Examination): Cell {
  if (clock === undefined) return { text: 'it does not tell the time' };
  const { lowMs, highMs } = clock;
  const isClose = lowMs <= 1000 && highMs >= -1000;
  const middle = (lowMs + highMs) / 2;
  const text = isClose
    ? 'within 1 s of this machine, known to'
    : `${middle > 0 ? 'ahead' : 'behind'} by ${formatMs(Math.abs(middle))}, known to`;
  return { text, measure: (highMs - lowMs) / 2 };
}

function directoryAspect(dir: string): Aspect {
  return {
    name: 'dir',
    cell({ directory }) {
      if (directory === undefined) return undefined;
      const { state, mount, consistency, settleMs } = directory;
      if (mount === undefined) return { text: `${dir} ${state}` };
      const wait = settleMs === undefined || settleMs === 0 ? '' : `, caches for ${formatMs(settleMs)}`;
      const options = mount.options.join(',').slice(0, maxOptions);
      return { text: `${dir} ${state}: ${mount.type} ${mount.source} (${options}): ${consistency ?? '?'}${wait}` };
    },
  };
}

function roomAspect(dir: string): Aspect {
  return {
    name: 'room',
    cell: ({ directory }) =>
      directory?.freeBytes === undefined ? undefined : { text: `${dir}, free:`, measure: directory.freeBytes },
    unit: formatBytes,
  };
}

type Row = readonly [aspect: string, hosts: string, found: string];

function rowsOf({ name, cell, unit = String }: Aspect, hosts: readonly Examined[]): readonly Row[] {
  const groups = new Map<string, { readonly hosts: string[]; readonly measures: number[] }>();
  for (const host of hosts) {
    const found = host.kind === 'answered' ? cell(host.value, host) : undefined;
    if (found === undefined) continue;
    const group = groups.get(found.text) ?? { hosts: [], measures: [] };
    groups.set(found.text, group);
    group.hosts.push(host.host);
    if (found.measure !== undefined) group.measures.push(found.measure);
  }
  return Array.from(groups, ([text, group]) => [
    name,
    foldNodeSet(group.hosts),
    [text, rangeOf(group.measures, unit)].filter(Boolean).join(' '),
  ]);
}

function rangeOf(measures: readonly number[], unit: (value: number) => string): string {
  if (measures.length === 0) return '';
  const [low, high] = [unit(Math.min(...measures)), unit(Math.max(...measures))];
  return low === high ? low : `${low} to ${high}`;
}

/** Equal reasons of several hosts are one: each starts with the name of its own. */
function goneRows(hosts: readonly Examined[]): readonly Row[] {
  const groups = new Map<string, { readonly kind: string; readonly reason: string; readonly names: string[] }>();
  for (const host of hosts) {
    if (host.kind === 'answered') continue;
    const rest = host.reason.startsWith(host.host) ? host.reason.slice(host.host.length) : host.reason;
    const reason = rest.replace(/^(?: \([^)]*\))?: /, '');
    const group = groups.get(`${host.kind} ${reason}`) ?? { kind: host.kind, reason, names: [] };
    groups.set(`${host.kind} ${reason}`, group);
    group.names.push(host.host);
  }
  return Array.from(groups.values(), ({ kind, reason, names }): Row => [kind, foldNodeSet(names), reason]);
}

/** Of an aspect's name, and of the hosts that are alike in it. */
const maxWidth = 40;

function troubleLines({ hosts, what, change, stops }: Trouble): readonly string[] {
  return [`${stops ? 'STOPS A RUN' : 'better change'}  ${foldNodeSet(hosts)}: ${what}`, `  change: ${change}`];
}
