/**
 * From decoded blocks to records that can be trusted to make sense: of the right workers, of known kinds, within the
 * sizes that the plan allows. A worker's records end at the first that isn't so, and count as cut there.
 */
import type { Block } from '../../model/journal.ts';
import { ownerOfArena } from '../../model/namespace.ts';
import { layout, outcomes, recordBytes, recordKinds, viewRecords, type RecordViews } from '../../model/record.ts';
import type { HistoryFacts, HostEvidence, HostNote } from './evidence.ts';
import { contentKinds, kindTable } from './kinds.ts';
import { verifyPhase } from './phases.ts';
import type { BlockSegment } from './record-log.ts';
import { runsBack, type Reached } from './run-back.ts';

export interface Gathered {
  readonly segments: readonly BlockSegment[];
  readonly notes: readonly HostNote[];
  /** Workers all of whose operations are known. */
  readonly whole: ReadonlySet<number>;
  readonly refused: ReadonlyMap<number, string>;
  /** Hosts whose own clock ran backwards. */
  readonly runBack: ReadonlySet<number>;
}

export function gatherSegments(facts: HistoryFacts, hosts: readonly HostEvidence[]): Gathered {
  const segments: BlockSegment[] = [];
  const notes: HostNote[] = [];
  const whole = new Set<number>();
  const refused = new Map<number, string>();
  const runBack = new Set<number>();
  let records = 0;
  for (const [host, evidence] of hosts.entries()) {
    const sieve = new BlockSieve(facts, { host, isTargetGone: evidence.isTargetGone === true });
    for (const block of evidence.blocks) {
      const segment = sieve.take(block);
      if (segment === undefined) continue;
      segments.push({ ...segment, firstId: records });
      records += segment.count;
    }
    notes.push(...sieve.notes);
    if (evidence.isTrusted) for (const worker of sieve.whole) whole.add(worker);
    if (sieve.refused !== undefined) refused.set(host, sieve.refused);
    if (sieve.isRunBack) runBack.add(host);
  }
  return { segments, notes, whole, refused, runBack };
}

/** Takes the blocks of one host's journal in their order, and lets through what can be trusted to make sense. */
export class BlockSieve {
  readonly notes: HostNote[] = [];
  /** Workers whose last block is there, and all before it. */
  readonly whole = new Set<number>();
  refused: string | undefined;
  isRunBack = false;
  readonly #facts: HistoryFacts;
  readonly #of: { readonly host: number; readonly isTargetGone: boolean };
  readonly #broken = new Set<number>();
  readonly #reached = new Map<number, Reached>();

  constructor(facts: HistoryFacts, of: { readonly host: number; readonly isTargetGone: boolean }) {
    this.#facts = facts;
    this.#of = of;
  }

  /** Undefined where the block holds no records for us. */
  take(block: Block): BlockSegment | undefined {
    const { host, isTargetGone } = this.#of;
    const { worker, phase, writtenNs } = block;
    if (Math.floor(worker / this.#facts.workers) !== host || this.#broken.has(worker)) return undefined;
    if (isTargetGone && phase === verifyPhase && block.type !== 'end') return undefined;
    if (block.type === 'note') {
      this.notes.push({ host, worker, note: block.note });
      return undefined;
    }
    if (block.type === 'end') {
      this.whole.add(worker);
      return undefined;
    }
    const views = viewsOf(block);
    const total = block.records.length / recordBytes;
    const count = soundRecords(this.#facts, views, total);
    if (count < total) {
      this.#broken.add(worker);
      this.whole.delete(worker);
      this.refused = `record ${count} of block ${block.number} of worker ${worker} makes no sense`;
    }
    const segment = { host, worker, phase, views, count, writtenNs, firstId: 0 };
    this.#follow(segment);
    return segment;
  }

  #follow(segment: BlockSegment): void {
    const reached = this.#reached.get(segment.worker) ?? { sequence: -1, atNs: -Infinity };
    this.#reached.set(segment.worker, reached);
    if (runsBack(segment, reached)) this.isRunBack = true;
  }
}

function viewsOf(block: Extract<Block, { type: 'records' }>): RecordViews {
  const records = block.records.byteOffset % 8 === 0 ? block.records : block.records.slice();
  return viewRecords(records.buffer, records.byteOffset, records.length / recordBytes);
}

const maxKind = Math.max(...Object.values(recordKinds));
const changesContent = kindTable(contentKinds);
const lockFiles = ownerOfArena('locks');

/** How many records from the first on our agent can have written. */
function soundRecords(facts: HistoryFacts, { u8, u16, u32, f64 }: RecordViews, total: number): number {
  const { maxChunks, chunkBytes } = facts;
  for (let at = 0; at < total; at++) {
    const kind = u8[at * 64 + layout.kind] ?? 0;
    if (kind === 0 || kind > maxKind) return at;
    const isAnswered = u8[at * 64 + layout.outcome] !== outcomes.pending;
    // Compared with anything, what is no number is neither earlier nor later.
    if (!Number.isFinite(f64[at * 8 + layout.startNs])) return at;
    if (isAnswered && !Number.isFinite(f64[at * 8 + layout.endNs])) return at;
    if (changesContent[kind] !== 1 || u16[at * 32 + layout.owner] === lockFiles) continue;
    const end = (u32[at * 16 + layout.first] ?? 0) + (u32[at * 16 + layout.count] ?? 0);
    const size = f64[at * 8 + layout.size] ?? 0;
    if (end > maxChunks || !(size >= 0 && size <= maxChunks * chunkBytes)) return at;
  }
  return total;
}
