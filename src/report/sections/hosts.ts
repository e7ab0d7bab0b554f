/** One row a planned host, whatever became of it; the worst come first. */
import type { HostStatus } from '../../model/result.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { formatBytes, formatCount, formatNs, formatNumber } from '../format.ts';
import type { Row, Section, Tone } from '../section.ts';

export const hostsSection: Section = {
  id: 'hosts',
  title: 'Hosts',
  blocks(run) {
    if (run.plan.hosts.length === 0) return [{ kind: 'text', tone: 'warn', paragraphs: ['No host was planned.'] }];
    const known = run.hosts.toSorted(worstFirst);
    return [
      {
        kind: 'table',
        caption: 'Every planned host, worst first',
        columns: [
          { title: 'Host', align: 'left' },
          { title: 'Status', align: 'left' },
          { title: 'Operations', align: 'right' },
          { title: 'per second', align: 'right' },
          { title: 'Errors', align: 'right' },
          { title: 'Data', align: 'right' },
          { title: 'Clock known to', align: 'right' },
          { title: 'File system under test', align: 'left', isMono: true },
          { title: 'Why', align: 'left' },
        ],
        rows: [...missingOf(run), ...known.map((host) => rowOf(host))],
      },
    ];
  },
};

/** A planned host without any result is the worst of all: it must never go unseen. */
function missingOf({ plan, hosts }: Run): readonly Row[] {
  return plan.hosts
    .filter((_, index) => !hosts.some((host) => host.index === index))
    .map(({ name }) => ({
      cells: [name, 'no result', '-', '-', '-', '-', '-', '-', 'the run has no result of this host'],
      tone: 'bad',
    }));
}

const ranks: Readonly<Record<HostStatus, number>> = { failed: 0, lost: 1, unreachable: 2, completed: 3 };

function worstFirst(a: RunHost, b: RunHost): number {
  return (
    ranks[a.status] - ranks[b.status] ||
    b.gaps.length - a.gaps.length ||
    b.errors - a.errors ||
    a.perSecond - b.perSecond ||
    a.index - b.index
  );
}

function rowOf(host: RunHost): Row {
  const target = host.facts?.target;
  const why = [...(host.reason === undefined ? [] : [host.reason]), ...host.gaps.map((gap) => `gap: ${gap}`)];
  const hasRun = host.operations > 0;
  return {
    cells: [
      host.name,
      host.status,
      hasRun ? formatCount(host.operations) : '-',
      hasRun ? formatNumber(host.perSecond) : '-',
      hasRun ? formatCount(host.errors) : '-',
      hasRun ? formatBytes(host.bytes) : '-',
      clockOf(host),
      target === undefined ? '-' : `${target.type} on ${target.path}`,
      why.length === 0 ? '-' : why.join('; '),
    ],
    tone: toneOf(host),
  };
}

function clockOf({ clock }: RunHost): string {
  if (clock === undefined) return 'unknown';
  return clock.hasStep ? 'stepped' : `± ${formatNs(clock.worstNs / 2)}`;
}

function toneOf({ status, gaps }: RunHost): Tone {
  if (status === 'completed') return gaps.length === 0 ? 'good' : 'warn';
  return status === 'failed' ? 'bad' : 'warn';
}
