/** What is never merged, whatever is said: and what only --force merges. Nothing has been written by then. */
import type { Difference } from '../../model/receipt.ts';
import { differencesIn, differenceTable } from '../merge/collected/differences.ts';
import type { BroughtResult } from '../merge/collected/overlap.ts';
import { twinsIn } from '../merge/collected/twins.ts';
import { refused } from './expand.ts';
import type { OwnedFiles, ReadInput } from './stage.ts';

export function refuseUnfit(
  inputs: readonly ReadInput[],
  owned: OwnedFiles,
  { isForced, onRefused }: { readonly isForced: boolean; readonly onRefused?: ((record: object) => void) | undefined },
): void {
  const give = (kind: string, message: string, hint: string, record: object = {}): never => {
    onRefused?.({ kind: 'merge-refused', why: kind, message, ...record });
    throw refused(message, hint);
  };
  const readable = inputs.flatMap(({ input, read }) => (read.kind === 'read' ? [{ input, ...read }] : []));
  const [twin] = twinsIn(readable);
  if (twin !== undefined) {
    const [later, first] = twin;
    const files = [first.input.name, later.input.name];
    give(
      'same result twice',
      `${files[1]} is the same result as ${files[0]}`,
      'a result counts once: leave one of them out',
      { files, sha256: first.sha256 },
    );
  }
  const strangers = [
    ...new Set(owned.results.filter(({ host }) => host === undefined).map(({ from }) => from.input.name)),
  ];
  if (strangers.length > 0) {
    give(
      'of nobody',
      `${strangers.join(', ')}: of no host of the plan`,
      'call the file, or its folder, as the plan calls its host, or leave it out',
      { files: strangers },
    );
  }
  const unreadable = inputs.flatMap(({ read, input }) =>
    read.kind === 'unreadable' ? [{ name: input.name, reason: read.reason, hint: read.hint }] : [],
  );
  if (unreadable.length > 0 && !isForced) {
    give(
      'unreadable',
      unreadable.map(({ reason }) => reason).join('\n'),
      `${hintOf(unreadable)}${unreadable.length < inputs.length ? '; --force merges the others, and the run is incomplete' : ''}`,
      { files: unreadable.map(({ name, reason }) => ({ name, reason })) },
    );
  }
  const differences = differencesIn(broughtBy(owned));
  if (differences.length > 0 && !isForced) refuseDifferent(differences, give);
}

/** What there is to do where it is one thing. */
function hintOf(unreadable: readonly { readonly hint: string | undefined }[]): string {
  const [first, ...others] = new Set(unreadable.map(({ hint }) => hint));
  return first === undefined || others.length > 0 ? 'fetch them again from their hosts' : first;
}

function refuseDifferent(
  differences: readonly Difference[],
  give: (kind: string, message: string, hint: string, record: object) => never,
): never {
  return give(
    'different',
    `these results don't belong together, so nothing was merged:\n${differenceTable(differences).join('\n')}`,
    'leave out those of another run; --force merges them all the same, and marks the report',
    { differences },
  );
}

function broughtBy({ hosts, results }: OwnedFiles): readonly BroughtResult[] {
  return results.flatMap(({ from: { read, input }, part, host }) => {
    if (read.kind === 'unreadable' || host === undefined) return [];
    const own = part === undefined ? read.results : read.results.slice(part, part + 1);
    return own.map((held) => ({ host, name: hosts[host]?.name ?? '', file: input.name, held }));
  });
}
