/**
 * Reads of stress that saw an older generation of a chunk than they had to: older than a change that had certainly ended
 * (D12; D14 where the reader made it), or than another read had certainly seen before (D13); and of what was written only
 * after they had ended (D15). File by file, so that memory goes by the longest file and time by the chunks that were read.
 */
import { compare, convict, splitWhere, type FileReads, type StaleRead } from './file-reads.ts';
import { findFutureRead } from './future-reads.ts';
import { findNonMonotonic } from './monotonic.ts';
import { gatherReads, type ReadsInput, type StressReads } from './stress-reads.ts';

export function findStaleReads(input: ReadsInput): readonly StaleRead[] {
  const reads = gatherReads(input);
  const found: StaleRead[] = [];
  const isConvicted = new Uint8Array(reads.count);
  const sawFuture = new Uint8Array(reads.count);
  const bounds = { starts: new Float64Array(reads.count), ends: new Float64Array(reads.count) };
  for (const file of byFile(reads)) {
    const changes = input.registers.files.get(reads.incarnations[file[0] ?? 0] ?? 0);
    if (changes === undefined) continue;
    const group = { reads, file, changes, width: widthOf(reads, file), isConvicted, sawFuture, found, bounds };
    judgeByChanges(group, input);
    findNonMonotonic(group, input.evidence);
  }
  return found;
}

function byFile(reads: StressReads): readonly Uint32Array[] {
  const places = Uint32Array.from({ length: reads.count }, (_, place) => place);
  places.sort((a, b) => (reads.incarnations[a] ?? 0) - (reads.incarnations[b] ?? 0));
  return splitWhere(places, reads.incarnations);
}

function widthOf({ ends }: StressReads, file: Uint32Array): number {
  let width = 0;
  for (const place of file) width = Math.max(width, ends[place] ?? 0);
  return width;
}

function judgeByChanges(group: FileReads, { evidence, tree, order }: ReadsInput): void {
  const { reads, file, changes, width } = group;
  /** By chunk: place of the newest change so far, from 1. */
  const newest = new Uint32Array(width);
  const byEnded = file.slice().sort((a, b) => compare(reads.ended[a] ?? 0, reads.ended[b] ?? 0));
  let next = 0;
  for (const place of byEnded) {
    while ((changes.ids[next] ?? Infinity) < (reads.ended[place] ?? 0)) {
      newest.fill(next + 1, changes.firsts[next], Math.max(changes.firsts[next] ?? 0, changes.ends[next] ?? 0));
      next++;
    }
    const code = reads.workers[place] === tree.owner ? 'D14' : 'D12';
    const generation = reads.generations[place] ?? 0;
    if (generation > (changes.generations[next - 1] ?? 0) && findFutureRead(group, { evidence, order, place }))
      continue;
    for (let chunk = reads.firsts[place] ?? 0; chunk < (reads.ends[place] ?? 0); chunk++) {
      const change = (newest[chunk] ?? 0) - 1;
      if (change < 0 || (changes.generations[change] ?? 0) <= generation) continue;
      convict(group, { code, place, chunk, change, shownBy: changes.ids[change] ?? 0 });
    }
  }
}
