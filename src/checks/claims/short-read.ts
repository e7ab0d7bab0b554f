/**
 * A read that asked for more brings all that the file certainly held throughout: the same file under that name, and no
 * change of its size under way.
 */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { layout, outcomes, readFlags, recordKinds } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { hostOf, isElsewhere } from '../evidence.ts';
import { capFindings } from '../fold.ts';
import type { History } from '../history.ts';
import { inStress } from '../phases.ts';
import { judgeRead } from '../promise.ts';
import type { Segment, Visitor } from '../record-log.ts';
import { steadySize, type SteadySize } from '../steady-size.ts';
import { hostName, witnesses } from '../words.ts';

export const shortReads: Check = {
  code: 'D17',
  claim: 'every read brings as many bytes as the file certainly held',
  examine(history) {
    const short = new Map<string, ShortRead>();
    for (let owner = 0; owner < history.owners; owner++) {
      if (!history.tree(owner).isWhole) continue;
      const isHere = (segment: Segment): boolean =>
        inStress(segment) && !isElsewhere(history.facts, segment.host, owner);
      const take: Visitor = (segment, at) => {
        if (!isShort(segment, at)) return;
        const read = judge(history, { owner, segment, at });
        if (read === undefined) return;
        const key = `${read.host}/${owner}/${read.incarnation}`;
        const known = short.get(key);
        if (known === undefined) short.set(key, read);
        else known.sightings++;
      };
      history.log.visit(owner, take, isHere);
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

function isShort({ views }: Segment, at: number): boolean {
  return (
    views.u8[at * 64 + layout.kind] === recordKinds.read &&
    views.u8[at * 64 + layout.outcome] === outcomes.ok &&
    ((views.u8[at * 64 + layout.flags] ?? 0) & readFlags.short) !== 0
  );
}

function judge(
  history: History,
  at: { readonly owner: number; readonly segment: Segment; readonly at: number },
): ShortRead | undefined {
  const { u32, f64 } = at.segment.views;
  const first = (u32[at.at * 16 + layout.first] ?? 0) * history.facts.chunkBytes;
  const bytes = f64[at.at * 8 + layout.size] ?? 0;
  const steady = steadySize(history, at);
  if (steady === undefined || !(first + bytes < steady.size)) return undefined;
  const { host, firstId } = at.segment;
  const name = u32[at.at * 16 + layout.name] ?? 0;
  return { ...steady, owner: at.owner, host, name, id: firstId + at.at, first, bytes, sightings: 1 };
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
    witness: witnesses(history, [read.sizedBy, read.id]),
  };
}
