/** Whether a look of verify saw a chunk as it must be, which somebody else saw wrong. */
import { contents, recordKinds, type JournalRecord } from '../../model/record.ts';
import { endsRight, isStampedCut } from '../tree/classify.ts';
import { endOf, type Life } from '../tree/life.ts';
import { mayCarry } from '../tree/lineage.ts';
import type { Tree } from '../tree/tree.ts';

/** What had to be there: `generation` of `life`'s stamps, or, where that is open, any stamp that `file` may carry. */
interface Wanted {
  readonly chunk: number;
  readonly life: number | undefined;
  readonly generation: number | undefined;
  readonly file?: Life | undefined;
}

export function isRightLook(
  record: JournalRecord,
  { chunk, life, generation, file }: Wanted,
  { tree, chunkBytes }: { readonly tree: Tree; readonly chunkBytes: number },
): boolean {
  if (record.kind === recordKinds.scanEntry) {
    const start = chunk * chunkBytes;
    return file !== undefined && record.size <= start && (!file.isSizeKnown || file.size <= start);
  }
  if (chunk < record.first || chunk >= record.first + record.count) return false;
  if (generation === 0) return record.content === contents.zeros;
  const ends = endOf(file, chunk, chunkBytes);
  if (record.content === contents.cut && !isStampedCut(record)) {
    return generation === undefined || endsRight(record, ends);
  }
  const hasStamp = record.content === contents.data || record.content === contents.cut;
  if (!hasStamp) return generation === undefined && open.has(record.content);
  if (record.creator !== tree.owner) return false;
  if (generation !== undefined) {
    return record.incarnation === life && record.generation === generation && endsRight(record, ends);
  }
  return file !== undefined && mayCarry(tree.copies, { incarnation: file.operation, chunk }, record);
}

/** What a change of unknown outcome may have made of a chunk. */
const open: ReadonlySet<number> = new Set([contents.zeros, contents.unreadable, contents.partial]);
