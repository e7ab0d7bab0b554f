/** Every file has the size that its last acknowledged change left. What lies beyond an end is no finding of its own. */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import { byName, capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import type { Life } from '../tree/life.ts';
import type { NameSighting } from '../verify/scan.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export const sizeMismatches: Check = {
  code: 'D19',
  claim: 'every file has the size that its history allows',
  examine(history) {
    const findings: Finding[] = [];
    for (const owner of history.trees) {
      const tree = history.tree(owner);
      // What a crash leaves of a size has codes of its own.
      if (!tree.isWhole || tree.crash !== undefined) continue;
      for (const [name, sightings] of byName(history.scan(owner).names)) {
        const state = tree.names.get(name);
        if (state?.life === undefined || state.isClouded || !state.life.isSizeKnown) continue;
        findings.push(...judge(history, { owner, name, life: state.life }, sightings));
      }
    }
    return capFindings(findings, (finding) => finding);
  },
};

interface File {
  readonly owner: number;
  readonly name: number;
  readonly life: Life;
}

function judge(history: History, file: File, sightings: readonly NameSighting[]): readonly Finding[] {
  const { size } = file.life;
  const wrong = sightings.filter((sighting) => sighting.size !== undefined && sighting.size !== size);
  const [first] = wrong;
  if (first?.size === undefined || isRolledBack(history, file, first.size)) return [];
  const isSeenRight = sightings.some((sighting) => sighting.size === size);
  return [
    {
      code: 'D19',
      grade: isSeenRight && history.consistency !== 'posix' ? 'suspect' : 'proven',
      host: hostName(history, first.host),
      file: pathOf(file.owner, file.name),
      count: wrong.length,
      expected: `${size} bytes`,
      found: `${first.size} bytes`,
      ...proofOf(history, [history.writes(file.owner).last(file.life.operation)?.id, first.id]),
    },
  ];
}

/** A file that went back as a whole has its old size too: its old chunks are the finding. */
function isRolledBack(history: History, file: File, size: number): boolean {
  const { operation } = file.life;
  return history
    .wrongChunks(file.owner)
    .filter((wrong) => oldCodes.has(wrong.code) && wrong.name === file.name)
    .some((wrong) => {
      const seen = history.log.entry(wrong.id)?.record.generation ?? 0;
      return history.writes(file.owner).hadSize(operation, { since: seen, size, chunkBytes: history.facts.chunkBytes });
    });
}

/** Of chunks that show an old generation, to all or to some. */
const oldCodes: ReadonlySet<string> = new Set(['D04', 'D18', 'D21', 'D22', 'D23']);
