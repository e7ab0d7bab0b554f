/**
 * Reads that saw what had not been written yet. A stamp names its write, so only the order of the two is asked for. Where
 * nothing but the bounds of clocks tells it, they may as well be wrong.
 */
import type { Evidence } from '../journal/evidence.ts';
import { convict, type FileReads } from './file-reads.ts';
import type { Order } from '../order/order.ts';
import { hasEndedBefore } from '../order/precedes.ts';
import { writeAt } from '../tree/registers.ts';

/** True where it did. Asked only of reads that saw what had perhaps not ended when they began. */
export function findFutureRead(
  group: FileReads,
  { evidence, order, place }: { readonly evidence: Evidence; readonly order: Order; readonly place: number },
): boolean {
  const { reads, changes, sawFuture } = group;
  const generation = reads.generations[place] ?? 0;
  for (let chunk = reads.firsts[place] ?? 0; chunk < (reads.ends[place] ?? 0); chunk++) {
    const change = writeAt(changes, chunk, generation);
    if (change === undefined) continue;
    const shownBy = changes.columns.ids[change] ?? 0;
    const read = evidence.log.entry(reads.ids[place] ?? 0);
    const write = evidence.log.entry(shownBy);
    if (read === undefined || write === undefined) return false;
    // One write made all chunks of this generation.
    if (!hasEndedBefore(evidence, read, write)) return false;
    convict(group, { code: 'D15', place, chunk, change, shownBy, isSuspect: order.basis(read) === 'clock bounds' });
  }
  return sawFuture[place] === 1;
}
