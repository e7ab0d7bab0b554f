/**
 * What was written to the files of the arena `shared` (see workloads/arenas/shared.ts) and what reads saw there, by file. A
 * file is judged only where every operation on it is known to the end: an unknown one may have written any chunk at any
 * later time, and an error may have lost what its client was told was written.
 */
import { ownerOfArena } from '../../../model/namespace.ts';
import { layout, outcomes, readRecord, recordKinds, type JournalRecord } from '../../../model/record.ts';
import { effectOf } from '../../journal/effect.ts';
import { clientOf, type Evidence } from '../../journal/evidence.ts';
import { readKinds } from '../../journal/kinds.ts';
import { inStress, inVerify } from '../../journal/phases.ts';
import type { Segment } from '../../journal/record-log.ts';

/** A run of chunks that one operation wrote or saw. */
export interface SharedAccess {
  readonly id: number;
  readonly host: number;
  readonly isWrite: boolean;
  readonly isVerify: boolean;
  /** Of verify: the first or the second scan. */
  readonly pass: number;
  readonly record: JournalRecord;
}

export interface SharedFile {
  readonly name: number;
  readonly isKnown: boolean;
  /** Hosts that wrote to it. */
  readonly hosts: ReadonlySet<number>;
  readonly accesses: readonly SharedAccess[];
}

/** Of the hosts that share one arena. */
export function gatherShared(evidence: Evidence, group: ReadonlySet<number>): readonly SharedFile[] {
  const { facts, whole } = evidence;
  const isWhole = [...group].every((host) =>
    Array.from({ length: facts.workers }, (_, worker) => host * facts.workers + worker).every((each) =>
      whole.has(each),
    ),
  );
  const files = new Map<number, { isKnown: boolean; hosts: Set<number>; accesses: SharedAccess[] }>();
  const take = (segment: Segment, at: number): void => {
    const kind = segment.views.u8[at * 64 + layout.kind] ?? 0;
    if (kind !== recordKinds.write && !readKinds.has(kind)) return;
    const record = readRecord(segment.views, at);
    const file = files.get(record.name) ?? { isKnown: isWhole, hosts: new Set(), accesses: [] };
    files.set(record.name, file);
    const isWrite = kind === recordKinds.write;
    if (isWrite) {
      const effect = writeEffect(evidence, record, segment.worker);
      if (effect === 'unknown') file.isKnown = false;
      if (effect !== 'done') return;
      file.hosts.add(segment.host);
    } else if (record.outcome !== outcomes.ok) return;
    const id = segment.firstId + at;
    const { host } = segment;
    file.accesses.push({ id, host, isWrite, isVerify: inVerify(segment), pass: record.flags & 1, record });
  };
  evidence.log.visit(ownerOfArena('shared'), take, (segment) => group.has(segment.host) && isOfRun(segment));
  return [...files]
    .sort(([a], [b]) => a - b)
    .map(([name, { isKnown, hosts, accesses }]) => ({ name, isKnown, hosts, accesses }));
}

const isOfRun = (segment: Segment): boolean => inStress(segment) || inVerify(segment);

/** A short count leaves a part. */
function writeEffect(evidence: Evidence, record: JournalRecord, worker: number): 'done' | 'none' | 'unknown' {
  if (record.outcome === outcomes.ok)
    return record.size === record.count * evidence.facts.chunkBytes ? 'done' : 'unknown';
  return effectOf(record, clientOf(evidence, worker));
}
