/**
 * Every chunk of every incarnation as a register: the changes that certainly took effect, in the owner's program order,
 * which is that of their generations. What may have, or may not, is no proof of anything and left out.
 */
import { layout, readRecord, recordKinds } from '../model/record.ts';
import { effectOf } from './effect.ts';
import { hostOf, type Evidence } from './evidence.ts';
import { inStress } from './phases.ts';
import type { Segment, Visitor } from './record-log.ts';
import { countBelow } from './steps.ts';

/** The certain changes of one incarnation. */
export interface FileChanges {
  readonly incarnation: number;
  readonly ids: readonly number[];
  readonly generations: readonly number[];
  /** Chunks from `firsts` to before `ends` were written, or cut off and perhaps extended with zeros. */
  readonly firsts: readonly number[];
  readonly ends: readonly number[];
  readonly areWrites: readonly boolean[];
  /** False after an error with which earlier changes may be gone too, and that perhaps long before it was reported. */
  readonly isSound: boolean;
}

export interface Registers {
  readonly files: ReadonlyMap<number, FileChanges>;
  /** Incarnations that began as a copy, whose chunks carry the stamps of others. */
  readonly copies: ReadonlySet<number>;
}

/** The place among the changes of the certain write of this generation to this chunk. */
export function writeAt(changes: FileChanges, chunk: number, generation: number): number | undefined {
  const at = countBelow(changes.generations, generation);
  if (changes.generations[at] !== generation || changes.areWrites[at] !== true) return undefined;
  return chunk >= (changes.firsts[at] ?? 0) && chunk < (changes.ends[at] ?? 0) ? at : undefined;
}

const alters: ReadonlySet<number> = new Set([
  recordKinds.write,
  recordKinds.append,
  recordKinds.truncate,
  recordKinds.fsync,
  recordKinds.fdatasync,
  recordKinds.copy,
]);

/** They change nothing, but their errors may be the only word of a loss. */
const unchanging: ReadonlySet<number> = new Set([recordKinds.fsync, recordKinds.fdatasync, recordKinds.copy]);

interface MutableChanges extends FileChanges {
  readonly ids: number[];
  readonly generations: number[];
  readonly firsts: number[];
  readonly ends: number[];
  readonly areWrites: boolean[];
  isSound: boolean;
}

export function indexRegisters(evidence: Evidence, owner: number): Registers {
  const { chunkBytes, maxChunks } = evidence.facts;
  const client = evidence.hosts[hostOf(evidence.facts, owner)]?.client ?? { isNetwork: true, platform: '' };
  const files = new Map<number, MutableChanges>();
  const copies = new Set<number>();
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  const take: Visitor = ({ views, firstId }, at) => {
    const kind = views.u8[at * 64 + layout.kind] ?? 0;
    if (kind === recordKinds.copy) copies.add(views.u32[at * 16 + layout.sequence] ?? 0);
    if (!alters.has(kind)) return;
    const record = readRecord(views, at);
    const changes = files.get(record.incarnation) ?? newChanges(record.incarnation);
    files.set(record.incarnation, changes);
    const effect = effectOf(record, client);
    // Also where there is no answer: it may have been such an error.
    if (effect === 'unknown') changes.isSound = false;
    if (effect !== 'done' || unchanging.has(kind)) return;
    const isWrite = kind !== recordKinds.truncate;
    const isNext = record.generation > (changes.generations.at(-1) ?? 0);
    // Generations that don't rise are no history of our agent's: then nothing can be said.
    if (!isNext) changes.isSound = false;
    const written = Math.min(record.count, Math.floor(record.size / chunkBytes));
    changes.ids.push(firstId + at);
    changes.generations.push(record.generation);
    changes.firsts.push(isWrite ? record.first : Math.ceil(record.size / chunkBytes));
    changes.ends.push(isWrite ? record.first + written : maxChunks);
    changes.areWrites.push(isWrite);
  };
  evidence.log.visit(owner, take, isOwn);
  return { files, copies };
}

function newChanges(incarnation: number): MutableChanges {
  return { incarnation, ids: [], generations: [], firsts: [], ends: [], areWrites: [], isSound: true };
}
