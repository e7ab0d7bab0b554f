/** What a cleanup found and did, for people: a line for each, the same on several hosts folded; and for programs. */
import { foldNodeSet } from '../../model/nodeset.ts';
import { printable } from '../../transports/printable.ts';
import { formatBytes, formatMs, plural } from '../../report/format.ts';
import type { CleanedHost, Cleaning, Fate } from './clean.ts';
import type { Remain, RemainKind } from './remains.ts';

/** The rest is in --json. */
const maxLines = 200;

export function cleaningLines({ hosts, isMeant }: Cleaning): readonly string[] {
  const lines = [...linesOf(hosts, remainLines), ...linesOf(hosts, troubleLines)];
  const all = hosts.flatMap(({ remains }) => remains);
  const left = lines.length - maxLines;
  return [
    ...lines.slice(0, maxLines),
    ...(left > 0 ? [`and ${plural(left, 'more line')}: --json has all`] : []),
    summary(
      all.map(({ fate }) => fate),
      isMeant,
    ),
  ];
}

export function cleaningRecords({ hosts }: Cleaning): readonly object[] {
  return hosts.map(({ host, remains, remarks, trouble }) => ({
    kind: 'host',
    host,
    status: trouble?.kind ?? 'answered',
    ...(trouble === undefined ? {} : { reason: trouble.reason }),
    remains,
    remarks,
  }));
}

/** Of one host. */
interface Line {
  readonly head: string;
  readonly text: string;
  /** Hosts that share a folder see it in different sizes while it changes. */
  readonly bytes?: number;
  readonly ageSeconds?: number;
  readonly reason?: string;
}

/** Equal lines of several hosts are one, with the largest size and age of them. */
function linesOf(hosts: readonly CleanedHost[], ofHost: (host: CleanedHost) => readonly Line[]): readonly string[] {
  const groups = new Map<string, { readonly names: string[]; readonly lines: Line[] }>();
  for (const host of hosts) {
    for (const line of ofHost(host)) {
      const key = JSON.stringify([line.head, line.text, line.reason]);
      const group = groups.get(key) ?? { names: [], lines: [] };
      groups.set(key, group);
      group.names.push(host.host);
      group.lines.push(line);
    }
  }
  return [...groups.values()].flatMap(({ names, lines }) =>
    lines.slice(0, 1).map(({ head, text, reason }) => {
      const extent = lines[0]?.bytes === undefined ? '' : extentOf(lines);
      return `${head.padEnd(12)} ${foldNodeSet(names)}: ${text}${extent}${reason === undefined ? '' : `: ${reason}`}`;
    }),
  );
}

function extentOf(lines: readonly Line[]): string {
  const most = (read: (line: Line) => number | undefined): number => Math.max(...lines.map((line) => read(line) ?? 0));
  return `, ${formatBytes(most((line) => line.bytes))}, ${ageText(most((line) => line.ageSeconds))} old`;
}

const nameOf: Readonly<Record<RemainKind, string>> = {
  agent: 'cached agent',
  runtime: 'cached Node.js',
  upload: 'uploaded agent',
  work: 'work folder',
  run: "run's folder",
  mount: 'mount',
  part: 'unfinished copy',
};

function remainLines({ remains }: CleanedHost): readonly Line[] {
  return remains.map(({ fate, ...remain }) => {
    const { bytes, ageSeconds } = remain;
    const reason = fate.kind === 'kept' || fate.kind === 'left' ? { reason: fate.reason } : {};
    return { head: headOf(fate), text: textOf(remain), bytes, ageSeconds, ...reason };
  });
}

function headOf({ kind }: Fate): string {
  return { listed: 'would remove', removed: 'removed', kept: 'kept', left: 'LEFT' }[kind];
}

function textOf({ kind, path, at }: Remain): string {
  const where =
    kind === 'mount' ? `${at === undefined ? 'gone already' : `at ${printable(at)}`}, noted in ${path}` : path;
  return `${nameOf[kind]} ${printable(where)}`;
}

function ageText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days >= 2 ? `${days} days` : formatMs(seconds * 1000);
}

function troubleLines({ host, remarks, trouble }: CleanedHost): readonly Line[] {
  const said = remarks.map((text) => ({ head: 'remark', text }));
  if (trouble === undefined) return said;
  const rest = trouble.reason.startsWith(host) ? trouble.reason.slice(host.length) : trouble.reason;
  return [...said, { head: trouble.kind, text: rest.replace(/^(?: \([^)]*\))?: /, '') }];
}

function summary(fates: readonly Fate[], isMeant: boolean): string {
  const count = (kind: Fate['kind']): number => fates.filter((fate) => fate.kind === kind).length;
  if (isMeant) return `${count('removed')} removed, ${count('kept')} kept, ${count('left')} left`;
  if (count('listed') === 0) return `nothing to remove, ${count('kept')} kept`;
  return `nothing was removed: --yes removes these ${count('listed')}, and keeps ${count('kept')}`;
}
