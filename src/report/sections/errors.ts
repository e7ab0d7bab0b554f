/** What failed, by operation and errno: how often, on which hosts, when first and last, and on which files. */
import type { ErrorGroup, Run } from '../../model/run.ts';
import { foldHosts } from '../fold.ts';
import { formatCount, formatMs, formatPercent, plural } from '../format.ts';
import type { Row, Section } from '../section.ts';

/** Groups in the table; run.json has all of them. */
const maxGroups = 50;

export const errorsSection: Section = {
  id: 'errors',
  title: 'Errors',
  blocks(run) {
    const groups = groupsOf(run);
    if (groups.length === 0) return [];
    const total = groups.reduce((sum, { count }) => sum + count, 0);
    const left = groups.length - maxGroups;
    return [
      {
        kind: 'table',
        caption: `${plural(total, 'operation')} failed in ${plural(groups.length, 'way')}, the most frequent first${left > 0 ? `; ${formatCount(left)} of them are only in run.json` : ''}`,
        columns: [
          { title: 'Operation', align: 'left' },
          { title: 'Error', align: 'left', isMono: true },
          { title: 'Count', align: 'right' },
          { title: 'Of its kind', align: 'right' },
          { title: 'Hosts', align: 'left' },
          { title: 'First after', align: 'right' },
          { title: 'Last after', align: 'right' },
          { title: 'For example', align: 'left', isMono: true },
        ],
        rows: groups.slice(0, maxGroups).map((group) => rowOf(group, run)),
      },
    ];
  },
};

/** Runs that an earlier version judged have the counts only. */
function groupsOf({ errors, operations }: Run): readonly ErrorGroup[] {
  if (errors !== undefined) return errors;
  return operations
    .flatMap(({ name, errorsByName }) =>
      Object.entries(errorsByName).map(([error, count]) => ({
        operation: name,
        error,
        count,
        hosts: [],
        examples: [],
      })),
    )
    .toSorted((a, b) => b.count - a.count);
}

function rowOf({ operation, error, count, hosts, firstMs, lastMs, examples }: ErrorGroup, run: Run): Row {
  const all = run.operations.find(({ name }) => name === operation)?.count ?? 0;
  return {
    cells: [
      operation,
      error,
      formatCount(count),
      all === 0 ? '-' : formatPercent(count, all),
      hosts.length === 0 ? '-' : foldHosts(hosts),
      firstMs === undefined ? '-' : formatMs(firstMs),
      lastMs === undefined ? '-' : formatMs(lastMs),
      examples.length === 0 ? '-' : examples.map(({ host, file }) => `${host}: ${file}`).join(', '),
    ],
    tone: 'plain',
  };
}
