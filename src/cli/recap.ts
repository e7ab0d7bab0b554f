/** The last lines of a run: what became of the hosts, why, and one line that a script can read. */
import type { ChalkInstance } from 'chalk';
import { foldNodeSet } from '../model/nodeset.ts';
import { hostStatuses, type HostStatus } from '../model/result.ts';
import type { RunEvent } from '../controller/events.ts';
import type { RunOutcome } from '../controller/task.ts';
import { sanitize } from './sanitize.ts';

export type HostEnded = Extract<RunEvent, { readonly kind: 'host-ended' }>;

/** Reasons below a status; the report has all. */
const maxReasons = 10;

/** One line a status with its hosts folded, and below it why. */
export function hostLines(ended: readonly HostEnded[], colors: ChalkInstance): readonly string[] {
  return hostStatuses.flatMap((status) => {
    const these = ended.filter((event) => event.status === status);
    if (these.length === 0) return [];
    const names = foldNodeSet(these.map(({ host }) => sanitize(host)));
    const line = `${paint(status, colors)(status.padEnd(11))} ${these.length} ${names}`;
    return [line].concat(reasonLines(these));
  });
}

function reasonLines(ended: readonly HostEnded[]): readonly string[] {
  const hostsOf = new Map<string, string[]>();
  for (const { host, reason } of ended) {
    if (reason === undefined) continue;
    const hosts = hostsOf.get(reason);
    if (hosts === undefined) hostsOf.set(reason, [host]);
    else hosts.push(host);
  }
  const all = [...hostsOf].map(([reason, hosts]) => `  ${foldNodeSet(hosts.map(sanitize))}: ${sanitize(reason)}`);
  return all.length > maxReasons ? [...all.slice(0, maxReasons), `  ${all.length - maxReasons} more reasons`] : all;
}

export function outcomeLines(outcome: RunOutcome, code: number, colors: ChalkInstance): readonly string[] {
  const { verdict, reasons, reportPath } = outcome;
  const color = { pass: colors.green, fail: colors.red, incomplete: colors.yellow }[verdict];
  return [
    ...reasons.slice(0, maxReasons).map((reason) => `  ${sanitize(reason)}`),
    ...(reasons.length > maxReasons ? [`  ${reasons.length - maxReasons} more reasons in the report`] : []),
    `${color(`verdict=${verdict}`)} code=${code} report=${sanitize(reportPath)}`,
  ];
}

function paint(status: HostStatus, colors: ChalkInstance): ChalkInstance {
  switch (status) {
    case 'completed':
      return colors.green;
    case 'failed':
    case 'lost':
      return colors.red;
    case 'unreachable':
      return colors.yellow;
  }
}
