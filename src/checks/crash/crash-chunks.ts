/**
 * Chunks that are wrong after a crash, by what should have kept them: a sync of their file that was acknowledged (C01), the
 * close of it where the mount promises that (C02); C05 where such a chunk is a mix of two writes. What nothing should
 * have kept is never among them, but for stamps that can't have come there, which nobody promises after a crash.
 */
import type { ChunkCode } from '../tree/classify.ts';
import type { Evidence } from '../journal/evidence.ts';
import { verifyPhase } from '../journal/phases.ts';
import { isSynced } from '../tree/survival.ts';
import type { Tree } from '../tree/tree.ts';
import type { WrongChunk } from '../verify/wrong-chunks.ts';

export function tellCrash(evidence: Evidence, tree: Tree, wrong: readonly WrongChunk[]): readonly WrongChunk[] {
  const { crash } = tree;
  if (crash === undefined) return wrong;
  return wrong.map((one): WrongChunk => {
    const isFinal = evidence.log.entry(one.id)?.phase === verifyPhase;
    const code = isFinal ? codes[one.code] : undefined;
    const life = tree.names.get(one.name)?.life;
    if (code === undefined || life === undefined) return one;
    const isOfSync = isSynced(life, one.chunk) || one.isFloor === true;
    const promised = isOfSync ? crash.durability.synced : crash.durability.closed;
    return {
      ...one,
      code: code === 'C01' && !isOfSync ? 'C02' : code,
      ...(promised === 'promised' ? {} : { weaker: promised }),
      ...(isOfSync && code === 'C01' ? { otherwise: life.durable?.syncedBy } : {}),
    };
  });
}

const codes: Readonly<Partial<Record<ChunkCode, 'C01' | 'C05'>>> = {
  D04: 'C01',
  D11: 'C01',
  D18: 'C01',
  D20: 'C01',
  D09: 'C05',
};
