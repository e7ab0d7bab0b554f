/** From what a crash should have left otherwise to findings: chunks, sizes, names. */
import { gradeOfPromise } from '../../model/durability.ts';
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import type { CrashedName } from './crash-names.ts';
import { findCrashedSizes, type CrashedSize } from './crash-sizes.ts';
import { capFindings, chunkFindings, clauseOf } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

/** A file whose chunks say it already isn't named again for its size. */
export function contentFindings(history: History, code: 'C01' | 'C02'): readonly Finding[] {
  const sizes: (readonly [owner: number, size: CrashedSize])[] = [];
  for (const owner of history.trees) {
    const told = new Set(
      history.wrongChunks(owner).flatMap((one) => (one.code === 'C01' || one.code === 'C02' ? [one.name] : [])),
    );
    for (const size of findCrashedSizes(history.tree(owner), history.scan(owner))) {
      if (size.code === code && !told.has(size.name)) sizes.push([owner, size]);
    }
  }
  return [
    ...chunkFindings(history, code, 'file'),
    ...capFindings(sizes, ([owner, size]) => sizeFinding(history, owner, size)),
  ];
}

export function nameFindings(history: History, code: CrashedName['code']): readonly Finding[] {
  const all: (readonly [owner: number, one: CrashedName])[] = [];
  for (const owner of history.trees) {
    for (const one of history.crashedNames(owner)) if (one.code === code) all.push([owner, one]);
  }
  return capFindings(all, ([owner, one]) => nameFinding(history, owner, one));
}

function sizeFinding(history: History, owner: number, one: CrashedSize): Finding {
  const { code, name, promised, least, most, size, host, sightings, ids } = one;
  const since = code === 'C01' ? 'synced' : 'closed';
  return {
    code,
    grade: gradeOfPromise(promised),
    host: hostName(history, host),
    file: pathOf(owner, name),
    count: sightings,
    expected:
      least === most ? `${least} bytes, as it was ${since}` : `${least} to ${most} bytes, as it was ${since} or since`,
    found: `${size} bytes after the crash${clauseOf(promised)}`,
    ...proofOf(history, ids),
  };
}

const texts: Readonly<Record<CrashedName['what'], { readonly expected: string; readonly found: string }>> = {
  gone: { expected: 'there after the crash: it was there, and synced, and never removed since', found: 'absent' },
  back: {
    expected: 'absent after the crash: that it was gone was synced, and nothing made since',
    found: 'there again',
  },
  both: { expected: 'one of the two names after the crash: the rename was done, or it was not', found: 'both names' },
  neither: {
    expected: 'one of the two names after the crash: the rename was done, or it was not',
    found: 'neither name',
  },
};

function nameFinding(history: History, owner: number, { code, name, what, promised, host, ids }: CrashedName): Finding {
  const { expected, found } = texts[what];
  const why =
    promised === 'supposed' ? '; its folder was not synced, and nobody promises it without' : clauseOf(promised);
  return {
    code,
    grade: gradeOfPromise(promised),
    host: hostName(history, host),
    file: pathOf(owner, name),
    count: 1,
    expected,
    found: `${found}${why}`,
    ...proofOf(history, ids),
  };
}
