/** What was removed stays removed. */
import type { Finding } from '../../model/finding.ts';
import { objectOf, pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import { byName, capFindings } from '../findings/fold.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export const resurrectedFiles: Check = {
  code: 'D02',
  claim: 'no file is there that was removed and not created again',
  examine(history) {
    const findings: Finding[] = [];
    for (const owner of history.trees) {
      const tree = history.tree(owner);
      // What a crash brings back has codes of its own.
      if (!tree.isWhole || tree.crash !== undefined) continue;
      const scan = history.scan(owner);
      // The old name of a file that is there under the new one too is a finding of the rename.
      const renamed = new Set(history.halfRenames(owner).map(({ from }) => from));
      for (const [name, all] of byName(scan.names)) {
        const state = tree.names.get(name);
        if (renamed.has(name) || state === undefined || state.isClouded || state.isFolder || state.life !== undefined)
          continue;
        const listings = scan.finalListings(objectOf(name).folder);
        const last = all.filter(({ host, pass }) =>
          listings.some((listing) => listing.host === host && listing.pass === pass),
        );
        const [first] = last;
        // What only a listing says is there is the listing's finding (N03).
        if (first === undefined || last.every(({ isGone }) => isGone)) continue;
        const isEverywhere = listings.every(({ host }) => last.some((sighting) => sighting.host === host));
        findings.push({
          code: 'D02',
          // A host that lists a removed name may be late where the file system lets it.
          grade: isEverywhere || history.consistency === 'posix' ? 'proven' : 'suspect',
          host: hostName(history, first.host),
          file: pathOf(owner, name),
          count: last.length,
          expected: 'absent: removed or renamed, and not created again',
          found: `listed with ${first.size ?? 'unknown'} bytes`,
          ...proofOf(history, [state.changed, first.id]),
        });
      }
    }
    return capFindings(findings, (finding) => finding);
  },
};
