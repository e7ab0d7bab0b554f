/**
 * A read that asked for more brings all that the file certainly held throughout: the same file under that name, and no
 * change of its size under way.
 */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { layout, recordKinds } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { hostOf, isElsewhere } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { kindTable } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import { judgeRead } from '../findings/promise.ts';
import type { Segment } from '../journal/record-log.ts';
import { SteadySizes, type SteadySize } from '../reads/steady-size.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export const shortReads: Check = {
  code: 'D17',
  claim: 'every read brings as many bytes as the file certainly held',
  examine(history) {
    const short = new Map<string, ShortRead>();
    for (const owner of history.trees) {
      const isHere = (segment: Segment): boolean =>
        inStress(segment) && !isElsewhere(history.facts, segment.host, owner);
      const sizes = new SteadySizes(history, owner);
      for (const slice of history.log.slices(owner, isHere)) {
        for (const at of sizes.othersIn(slice, reads)) {
          const read = judge(history, sizes, { owner, segment: slice.segment, at });
          if (read === undefined) continue;
          const key = `${read.host}/${owner}/${read.incarnation}`;
          const known = short.get(key);
          if (known === undefined) short.set(key, read);
          else known.sightings++;
        }
      }
    }
    return capFindings([...short.values()], (read) => findingOf(history, read));
  },
};

interface ShortRead extends SteadySize {
  readonly owner: number;
  readonly host: number;
  readonly name: number;
  readonly id: number;
  readonly first: number;
  readonly bytes: number;
  sightings: number;
}

const reads = kindTable([recordKinds.read]);

function judge(
  history: History,
  sizes: SteadySizes,
  at: { readonly owner: number; readonly segment: Segment; readonly at: number },
): ShortRead | undefined {
  const { host, firstId, views } = at.segment;
  const id = firstId + at.at;
  const steady = sizes.find(at.segment, at.at);
  if (steady === undefined) return undefined;
  const name = views.u32[at.at * 16 + layout.name] ?? 0;
  const first = (views.u32[at.at * 16 + layout.first] ?? 0) * history.facts.chunkBytes;
  const bytes = views.f64[at.at * 8 + layout.size] ?? 0;
  return { ...steady, owner: at.owner, host, name, id, first, bytes, sightings: 1 };
}

function findingOf(history: History, read: ShortRead): Finding {
  const { owner, host, size, first, bytes } = read;
  const reach = host === hostOf(history.facts, owner) ? 'same client' : 'other client';
  const { grade, clause } = judgeRead(history.consistency, reach);
  return {
    code: 'D17',
    grade,
    host: hostName(history, host),
    file: pathOf(owner, read.name),
    offset: first + bytes,
    count: read.sightings,
    expected: `bytes up to the end of the file, which was ${size} bytes long throughout`,
    found: `${bytes} bytes from byte ${first} on, although more were asked for${clause}`,
    ...proofOf(history, [read.sizedBy, read.id]),
  };
}
