/** The last lines of a run: what became of the hosts, why, what was found, and one line that a script can read. */
import type { ChalkInstance } from 'chalk';
import type { RunEvent } from '../../controller/events/events.ts';
import type { RunOutcome } from '../../controller/tasks/task.ts';
import type { Finding, Grade } from '../../model/finding.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import { hostStatuses, type HostStatus } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { nameOfCode } from '../../report/codes.ts';
import { formatCount, plural } from '../../report/format.ts';
import { reasonOf } from '../progress/event-lines.ts';
import { sanitize } from '../terminal/sanitize.ts';

export type HostEnded = Pick<
  Extract<RunEvent, { readonly kind: 'host-ended' }>,
  'host' | 'status' | 'reason' | 'isInterrupted'
>;

/** What became of a host, for people. */
type Fate = HostStatus | 'interrupted';

const fates: readonly Fate[] = [...hostStatuses, 'interrupted'];

/** Of reasons below a status, and of findings; the report has all. */
const maxLines = 10;

/** One line a status with its hosts folded and what they did, and below it why. `isBrief`: only what didn't go well. */
export function hostLines(
  ended: readonly HostEnded[],
  colors: ChalkInstance,
  { run, isBrief = false }: { readonly run?: Run | undefined; readonly isBrief?: boolean } = {},
): readonly string[] {
  return fates.flatMap((fate) => {
    const these = ended.filter((event) => fateOf(event) === fate);
    if (these.length === 0 || (isBrief && fate === 'completed')) return [];
    const names = foldNodeSet(these.map(({ host }) => sanitize(host)));
    const line = `${paint(fate, colors)(fate.padEnd(11))} ${these.length} ${names}${sumsOf(these, run)}`;
    return [line].concat(reasonLines(these));
  });
}

function fateOf({ status, isInterrupted }: HostEnded): Fate {
  return isInterrupted === true ? 'interrupted' : status;
}

/** What these hosts did, where they did anything that is counted. */
function sumsOf(ended: readonly HostEnded[], run: Run | undefined): string {
  const names = new Set(ended.map(({ host }) => host));
  const hosts = (run?.hosts ?? []).filter(({ name }) => names.has(name));
  const operations = hosts.reduce((sum, host) => sum + host.operations, 0);
  if (operations === 0) return '';
  const errors = hosts.reduce((sum, host) => sum + host.errors, 0);
  const findings = (run?.findings ?? []).filter(({ host }) => names.has(host)).length;
  return `: ${[plural(operations, 'operation'), plural(errors, 'error'), plural(findings, 'finding')].join(', ')}`;
}

function reasonLines(ended: readonly HostEnded[]): readonly string[] {
  const hostsOf = new Map<string, string[]>();
  for (const { host, reason } of ended) {
    if (reason === undefined) continue;
    const shown = reasonOf(host, reason);
    hostsOf.set(shown, [...(hostsOf.get(shown) ?? []), sanitize(host)]);
  }
  const all = [...hostsOf].map(([reason, hosts]) => `  ${foldNodeSet(hosts)}: ${reason}`);
  return capped(all, 'reason');
}

/** Proven ones first; the same thing seen by several hosts is one line. */
export function findingLines(findings: readonly Finding[], colors: ChalkInstance): readonly string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings.toSorted((a, b) => ranks[a.grade] - ranks[b.grade])) {
    // What became of hosts is said already.
    if (finding.code === lostHostCode) continue;
    const key = JSON.stringify([finding.code, finding.grade, finding.file, finding.offset]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const lines = capped(
    [...groups.values()].flatMap((group) => group.slice(0, 1).map((first) => findingLine(first, group, colors))),
    'finding',
  );
  const isTakenApart = findings.some(({ forensic }) => forensic !== undefined);
  return isTakenApart ? [...lines, takenApart] : lines;
}

/** Where to look. */
const takenApart =
  '  wrong chunks are taken apart in the report, under Findings: their stamps, who wrote the data, the bytes';

const lostHostCode = 'H03';

const ranks: Readonly<Record<Grade, number>> = { proven: 0, suspect: 1, indeterminate: 2, allowed: 3 };

function findingLine({ code, grade, file, offset }: Finding, group: readonly Finding[], colors: ChalkInstance): string {
  const count = group.reduce((sum, finding) => sum + finding.count, 0);
  const name = nameOfCode(code);
  const place = `${sanitize(file)}${offset === undefined ? '' : ` at byte ${formatCount(offset)}`}`;
  return [
    (grade === 'proven' ? colors.red : colors.yellow)(`${sanitize(code)} ${grade}`),
    ...(name === undefined ? [] : [`${sanitize(name)}:`]),
    ...(place === '' ? [] : [`${place},`]),
    `${plural(count, 'time')}, seen by ${foldNodeSet(group.map(({ host }) => sanitize(host)))}`,
  ].join(' ');
}

/** The reasons of the verdict, without those that `ended` says already, and the last line. */
export function outcomeLines(
  { verdict, reasons, reportPath }: RunOutcome,
  {
    code,
    colors,
    ended = [],
  }: { readonly code: number; readonly colors: ChalkInstance; readonly ended?: readonly HostEnded[] },
): readonly string[] {
  const said = new Set(
    ended.map((event) => {
      const { host, status, reason = '' } = event;
      if (fateOf(event) === 'interrupted') return `${host}: ${reason}`;
      return `${host} ${isGone(status) ? 'is ' : ''}${status}: ${reason}`;
    }),
  );
  return [
    ...capped(
      reasons.filter((reason) => !said.has(reason)).map((reason) => `  ${sanitize(reason)}`),
      'reason',
    ),
    `${verdictLine({ verdict, code, colors })} report=${sanitize(reportPath)}`,
  ];
}

/** The last line of what has no report. */
export function verdictLine(given: {
  readonly verdict: RunOutcome['verdict'];
  readonly code: number;
  readonly colors: ChalkInstance;
}): string {
  const { verdict, code, colors } = given;
  const color = { pass: colors.green, fail: colors.red, incomplete: colors.yellow }[verdict];
  return `${color(`verdict=${verdict}`)} code=${code}`;
}

function isGone(status: HostStatus): boolean {
  return status === 'lost' || status === 'unreachable';
}

function capped(lines: readonly string[], what: string): readonly string[] {
  const left = lines.length - maxLines;
  return left > 0 ? [...lines.slice(0, maxLines), `  and ${plural(left, `more ${what}`)} in the report`] : lines;
}

function paint(fate: Fate, colors: ChalkInstance): ChalkInstance {
  switch (fate) {
    case 'completed':
      return colors.green;
    case 'failed':
    case 'lost':
      return colors.red;
    case 'unreachable':
    case 'interrupted':
      return colors.yellow;
  }
}
