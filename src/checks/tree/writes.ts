/** The changes of the files that are left in a tree, and of those that they were copied from: asked only about chunks that turned out wrong. */
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import { applyChange } from './apply-change.ts';
import { newLife, type Life } from './life.ts';
import { carriedBy } from './lineage.ts';
import type { Entry, RecordLog, Segment, Visitor } from '../journal/record-log.ts';
import type { Tree } from './tree.ts';
import { contentKinds, kindTable, writeKinds } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';

export interface Writes {
  /** The write, whatever became of it, that stamped this chunk of this incarnation with this generation. */
  find(life: number, chunk: number, generation: number): Entry | undefined;
  /** The change of this file with that generation. A copy's first is the copying. */
  change(life: Life, generation: number): Entry | undefined;
  /** The change that left the file as it must be. */
  last(life: number): Entry | undefined;
  /** Whether the file ever had this size from its change number `since` on, before its last change. */
  hadSize(life: number, at: { readonly since: number; readonly size: number; readonly chunkBytes: number }): boolean;
}

export function indexWrites(log: RecordLog, tree: Tree): Writes {
  const ids = new Map<number, number[]>();
  for (const { life } of tree.names.values()) {
    if (life !== undefined) for (const operation of carriedBy(life)) ids.set(operation, []);
  }
  const isOwn = (segment: Segment): boolean => segment.worker === tree.owner && inStress(segment);
  const take: Visitor = (segment, at) => {
    const isCopy = segment.views.u8[at * 64 + layout.kind] === recordKinds.copy;
    const word = at * 16 + (isCopy ? layout.sequence : layout.incarnation);
    ids.get(segment.views.u32[word] ?? 0)?.push(segment.firstId + at);
  };
  log.visit(tree.owner, take, isOwn, changing);
  const entries = (life: number): readonly Entry[] =>
    (ids.get(life) ?? []).map((id) => log.entry(id)).filter((entry) => entry !== undefined);
  return {
    find: (life, chunk, generation) =>
      entries(life).find(
        ({ record }) =>
          writeKinds.has(record.kind) &&
          record.generation === generation &&
          chunk >= record.first &&
          chunk < record.first + record.count,
      ),
    change: ({ operation, copied }, generation) =>
      generation === copied?.generation
        ? undefined
        : entries(operation).find(({ record }) => record.outcome === outcomes.ok && record.generation === generation),
    last: (life) => entries(life).findLast(({ record }) => record.outcome === outcomes.ok),
    hadSize(life, { since, size, chunkBytes }) {
      const earlier = newLife(life);
      for (const { record } of entries(life)) {
        if (record.outcome !== outcomes.ok) continue;
        if (record.generation > since && earlier.size === size) return true;
        if (record.kind === recordKinds.copy) earlier.size = record.size;
        else applyChange(earlier, record, 'done', chunkBytes);
      }
      return false;
    },
  };
}

const changing = kindTable(contentKinds);
