/** What failed, by operation and errno: how often, on which hosts, when first and last, and on which files. */
import type { OperationKind } from '../../model/measured.ts';
import type { ErrorGroup, Run } from '../../model/run.ts';
import { sum } from '../../model/sum.ts';
import { foldHosts, groupBy } from '../fold.ts';
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
    const left = groups.length - maxGroups;
    return [
      {
        kind: 'table',
        caption: `${failedIn(run, groups)} failed in ${plural(groups.length, 'way')}, the most frequent first${left > 0 ? `; ${formatCount(left)} of them are only in run.json` : ''}`,
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

/** Of other tools by kind: a request that fails takes its page and its test with it, so a sum over all would count it thrice. */
function failedIn({ operations }: Run, groups: readonly ErrorGroup[]): string {
  const failed = operations.filter(({ errors }) => errors > 0);
  if (failed.every(({ kind }) => kind === undefined)) return plural(sum(groups.map(({ count }) => count)), 'operation');
  const counts = groupBy(failed, ({ kind = 'operation' }) => kind).map((same) => {
    const { kind = 'operation' } = same[0] ?? {};
    return plural(sum(same.map(({ errors }) => errors)), nouns[kind]);
  });
  return counts.join(', ');
}

const nouns: Readonly<Record<OperationKind, string>> = {
  test: 'test',
  page: 'page',
  request: 'request',
  part: 'part',
  io: 'I/O operation',
  operation: 'operation',
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

function rowOf({ operation, error, message, count, hosts, firstMs, lastMs, examples }: ErrorGroup, run: Run): Row {
  const all = run.operations
    .filter(({ name, called = name }) => called === operation)
    .reduce((sum, one) => sum + one.count, 0);
  return {
    cells: [
      operation,
      message === undefined ? error : `${error}: ${message}`,
      formatCount(count),
      all === 0 ? '-' : formatPercent(count, all),
      hosts.length === 0 ? '-' : foldHosts(hosts),
      firstMs === undefined ? '-' : formatMs(firstMs),
      lastMs === undefined ? '-' : formatMs(lastMs),
      examples.length === 0 ? '-' : examples.map(({ host, file, text }) => `${host}: ${text ?? file}`).join(', '),
    ],
    tone: 'plain',
  };
}
