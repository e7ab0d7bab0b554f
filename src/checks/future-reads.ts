/**
 * Reads that saw what had not been written yet. A stamp names its write, so only the order of the two is asked for. Where
 * nothing but the bounds of clocks tells it, they may as well be wrong.
 */
import type { Evidence } from './evidence.ts';
import { convict, type FileReads } from './file-reads.ts';
import type { Basis, Order } from './order.ts';
import type { Entry } from './record-log.ts';
import { writeAt } from './registers.ts';

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
    const shownBy = changes.ids[change] ?? 0;
    const read = evidence.log.entry(reads.ids[place] ?? 0);
    const write = evidence.log.entry(shownBy);
    if (read === undefined || write === undefined) return false;
    const basis = order.basis(read);
    // One write made all chunks of this generation.
    if (!hasEndedBefore(evidence, { read, write, basis })) return false;
    convict(group, { code: 'D15', place, chunk, change, shownBy, isSuspect: basis === 'clock bounds' });
  }
  return sawFuture[place] === 1;
}

function hasEndedBefore(
  { hosts }: Evidence,
  { read, write, basis }: { readonly read: Entry; readonly write: Entry; readonly basis: Basis },
): boolean {
  const { endNs } = read.record;
  const { startNs } = write.record;
  switch (basis) {
    case 'program order':
      return read.id < write.id;
    case 'host clock':
      return endNs < startNs;
    case 'clock bounds': {
      const end = hosts[read.host]?.clock?.toController(endNs);
      const start = hosts[write.host]?.clock?.toController(startNs);
      return end !== undefined && start !== undefined && end.high < start.low;
    }
    case 'nothing':
      return false;
  }
}
