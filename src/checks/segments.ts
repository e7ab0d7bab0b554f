/**
 * From decoded blocks to records that can be trusted to make sense: of the right workers, of known kinds, within the
 * sizes that the plan allows. A worker's records end at the first that isn't so, and count as cut there.
 */
import type { Block } from '../model/journal.ts';
import { arenaOf } from '../model/namespace.ts';
import { layout, recordBytes, recordKinds, viewRecords, type RecordViews } from '../model/record.ts';
import type { HistoryFacts, HostEvidence, HostNote } from './evidence.ts';
import { verifyPhase } from './phases.ts';
import type { Segment } from './record-log.ts';

export interface Gathered {
  readonly segments: readonly Segment[];
  readonly notes: readonly HostNote[];
  /** Workers all of whose operations are known. */
  readonly whole: ReadonlySet<number>;
  readonly refused: ReadonlyMap<number, string>;
}

export function gatherSegments(facts: HistoryFacts, hosts: readonly HostEvidence[]): Gathered {
  const segments: Segment[] = [];
  const notes: HostNote[] = [];
  const whole = new Set<number>();
  const refused = new Map<number, string>();
  const broken = new Set<number>();
  let firstId = 0;
  for (const [host, evidence] of hosts.entries()) {
    for (const block of evidence.blocks) {
      const { worker, phase, writtenNs } = block;
      if (Math.floor(worker / facts.workers) !== host || broken.has(worker)) continue;
      const isElsewhere = evidence.isTargetGone === true && phase === verifyPhase;
      if (isElsewhere && block.type !== 'end') continue;
      if (block.type === 'note') notes.push({ host, worker, note: block.note });
      else if (block.type === 'end') {
        if (evidence.isTrusted) whole.add(worker);
      } else {
        const views = viewsOf(block);
        const total = block.records.length / recordBytes;
        const count = soundRecords(facts, views, total);
        segments.push({ host, worker, phase, views, count, writtenNs, firstId });
        firstId += count;
        if (count < total) {
          broken.add(worker);
          refused.set(host, `record ${count} of block ${block.number} of worker ${worker} makes no sense`);
        }
      }
    }
  }
  for (const worker of broken) whole.delete(worker);
  return { segments, notes, whole, refused };
}

function viewsOf(block: Extract<Block, { type: 'records' }>): RecordViews {
  const records = block.records.byteOffset % 8 === 0 ? block.records : block.records.slice();
  return viewRecords(records.buffer, records.byteOffset, records.length / recordBytes);
}

const maxKind = Math.max(...Object.values(recordKinds));
const changesChunks: ReadonlySet<number> = new Set([
  recordKinds.write,
  recordKinds.append,
  recordKinds.truncate,
  recordKinds.copy,
]);

/** How many records from the first on our agent can have written. */
function soundRecords(facts: HistoryFacts, views: RecordViews, total: number): number {
  for (let at = 0; at < total; at++) {
    const kind = views.u8[at * 64 + layout.kind] ?? 0;
    if (kind === 0 || kind > maxKind) return at;
    if (!changesChunks.has(kind) || arenaOf(views.u16[at * 32 + layout.owner] ?? 0) === 'locks') continue;
    const end = (views.u32[at * 16 + layout.first] ?? 0) + (views.u32[at * 16 + layout.count] ?? 0);
    const size = views.f64[at * 8 + layout.size] ?? 0;
    if (end > facts.maxChunks || !(size >= 0 && size <= facts.maxChunks * facts.chunkBytes)) return at;
  }
  return total;
}
