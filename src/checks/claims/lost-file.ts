/**
 * Every file and folder that was acknowledged, and that nothing can have removed, is there: lost only if the last
 * listing of every host that listed its folder lacks it. What some hosts see is theirs to see late, not lost.
 */
import type { Finding } from '../../model/finding.ts';
import { objectOf, pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import { byName, capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { raceFindings } from '../arenas/race/race-findings.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';
import { hostOf } from '../journal/evidence.ts';
import type { Listing } from '../verify/scan.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const lostFiles: Check = {
  code: 'D01',
  claim: 'every file that was created and never removed is there',
  examine(history) {
    const findings: Finding[] = [];
    for (const owner of history.trees) {
      const tree = history.tree(owner);
      // What is missing after a crash has codes of its own.
      if (!tree.isWhole || tree.crash !== undefined) continue;
      for (const [name, { life, isFolder, isClouded, changed }] of byName(tree.names)) {
        if (isClouded || (life === undefined && !isFolder)) continue;
        const finding = missing(history, { owner, name, changed });
        if (finding !== undefined) findings.push(finding);
      }
    }
    return [
      ...capFindings(findings, (finding) => finding),
      ...raceFindings(history, 'D01'),
      ...sharedFindings(history, 'D01'),
    ];
  },
};

function missing(
  history: History,
  file: { readonly owner: number; readonly name: number; readonly changed: number },
): Finding | undefined {
  const scan = history.scan(file.owner);
  const sightings = scan.names.get(file.name) ?? [];
  const listings = scan.finalListings(objectOf(file.name).folder);
  const complete = listings.filter((listing) => listing.isComplete);
  // A host whose last listing was cut short keeps what it saw before.
  const isSeen = listings.some(({ host, pass, isComplete }) =>
    sightings.some((sighting) => sighting.host === host && (sighting.pass === pass || !isComplete)),
  );
  const [first] = complete;
  if (first === undefined || isSeen) return undefined;
  return {
    code: 'D01',
    grade: isCertain(history, file.owner, complete) ? 'proven' : 'suspect',
    host: hostName(history, first.host),
    file: pathOf(file.owner, file.name),
    count: complete.length,
    expected: 'there: created or renamed to, and never removed',
    found: `absent in the last listing of all ${complete.length} hosts that listed its folder`,
    ...proofOf(history, [file.changed, first.id]),
  };
}

/** Where names may be seen late, the host that created it must miss it too, or every host of the run. */
function isCertain(history: History, owner: number, complete: readonly Listing[]): boolean {
  const isOwnersView = complete.some(({ host }) => host === hostOf(history.facts, owner));
  return history.consistency === 'posix' || isOwnersView || complete.length === history.hosts.length;
}
