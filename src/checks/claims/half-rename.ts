/** A rename is one step: after it the file has one name, the old or the new. */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import { capFindings } from '../findings/fold.ts';
import type { HalfRename } from '../names/half-renames.ts';
import type { History } from '../history.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export const halfRenames: Check = {
  code: 'N06',
  claim: 'every renamed file has one name, the old or the new',
  examine(history) {
    const all: { readonly owner: number; readonly half: HalfRename }[] = [];
    for (const owner of history.trees) {
      for (const half of history.halfRenames(owner)) all.push({ owner, half });
    }
    return capFindings(all, ({ owner, half }) => findingOf(history, owner, half));
  },
};

const texts = {
  both: 'both names',
  old: 'still the old name, whatever became of the new one',
  neither: 'neither name, in both scans',
} as const;

function findingOf(history: History, owner: number, half: HalfRename): Finding {
  const from = pathOf(owner, half.from);
  const to = pathOf(owner, half.to);
  const one = half.isAcknowledged ? `${to} alone` : 'one of the two, as nobody knows whether it took effect';
  return {
    code: 'N06',
    // A host that lists a name that is gone, or not one that is there, may be late where the file system lets it.
    grade: half.isEverywhere || history.consistency === 'posix' ? 'proven' : 'suspect',
    host: hostName(history, half.host),
    file: from,
    count: 1,
    expected: `after the rename from ${from} to ${to}: ${one}`,
    found: texts[half.what],
    ...proofOf(history, [half.id, ...half.listings]),
  };
}
