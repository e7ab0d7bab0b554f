/**
 * Reads of stress that saw an older generation of a chunk than they had to: older than a change that had certainly ended
 * (D12; D14 where the reader made it), or than another read had certainly seen before (D13); and of what was written only
 * after they had ended (D15). File by file, so that memory goes by the longest file and time by the chunks that were read.
 */
import { compare, convict, placesOf, widthOf, type FileReads, type StaleRead } from './file-reads.ts';
import { findFutureRead } from './future-reads.ts';
import { LatencyGatherer, newLatencies, type Latencies } from './latencies.ts';
import { ReadLevels } from './levels.ts';
import { findNonMonotonic } from './monotonic.ts';
import { gatherReads, type ReadsInput } from './stress-reads.ts';

/** What was found, and how long what others changed took to be seen. */
export interface StaleSearch {
  readonly found: readonly StaleRead[];
  readonly latencies: Latencies;
}

export function findStaleReads(input: ReadsInput): StaleSearch {
  const reads = gatherReads(input);
  const found: StaleRead[] = [];
  const latencies = newLatencies();
  const { mostChanges } = input.registers;
  const gatherer = new LatencyGatherer({ evidence: input.evidence, owner: input.tree.owner, mostChanges }, latencies);
  const levels = new ReadLevels(reads, { mostChanges, owners: input.evidence.owners });
  const isConvicted = new Uint8Array(reads.count);
  const sawFuture = new Uint8Array(reads.count);
  for (const { changes, start, end } of reads.files) {
    const group = { reads, start, end, changes, isConvicted, sawFuture, found };
    const before = found.length;
    const newness = levels.take(group);
    if (newness === 'old') judgeByChanges(group, input);
    if (newness === 'ahead') for (const place of levels.ahead()) findFutureRead(group, { ...input, place });
    gatherer.take(group, found.length === before ? [] : found.slice(before));
    if (newness === 'old' || levels.mayGoBack(group)) findNonMonotonic(group, input.evidence);
  }
  return { found, latencies };
}

function judgeByChanges(group: FileReads, { evidence, tree, order }: ReadsInput): void {
  const { reads, changes } = group;
  const { columns } = changes;
  /** By chunk: place of the newest change so far, from 1. */
  const newest = new Uint32Array(widthOf(group));
  const byEnded = placesOf(group).sort((a, b) => compare(reads.ended[a] ?? 0, reads.ended[b] ?? 0));
  let next = changes.from;
  for (const place of byEnded) {
    while (next < changes.to && (columns.ids[next] ?? Infinity) < (reads.ended[place] ?? 0)) {
      newest.fill(next + 1, columns.firsts[next], Math.max(columns.firsts[next] ?? 0, columns.ends[next] ?? 0));
      next++;
    }
    const code = reads.workers[place] === tree.owner ? 'D14' : 'D12';
    const generation = reads.generations[place] ?? 0;
    const latest = next === changes.from ? 0 : (columns.generations[next - 1] ?? 0);
    if (generation > latest && findFutureRead(group, { evidence, order, place })) continue;
    for (let chunk = reads.firsts[place] ?? 0; chunk < (reads.ends[place] ?? 0); chunk++) {
      const change = (newest[chunk] ?? 0) - 1;
      if (change < 0 || (columns.generations[change] ?? 0) <= generation) continue;
      convict(group, { code, place, chunk, change, shownBy: columns.ids[change] ?? 0 });
    }
  }
}
