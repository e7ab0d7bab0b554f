/** What was removed stays removed. */
import type { Finding } from '../../model/finding.ts';
import { objectOf, pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import { byName, capFindings } from '../fold.ts';
import { hostName, witnesses } from '../words.ts';

export const resurrectedFiles: Check = {
  code: 'D02',
  claim: 'no file is there that was removed and not created again',
  examine(history) {
    const findings: Finding[] = [];
    for (let owner = 0; owner < history.owners; owner++) {
      const tree = history.tree(owner);
      if (!tree.isWhole) continue;
      const scan = history.scan(owner);
      for (const [name, all] of byName(scan.names)) {
        const state = tree.names.get(name);
        if (state === undefined || state.isClouded || state.isFolder || state.life !== undefined) continue;
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
          witness: witnesses(history, [state.changed, first.id]),
        });
      }
    }
    return capFindings(findings, (finding) => finding);
  },
};
