/**
 * What a worker's own operations, in program order, allow its tree to be in the end. It alone changes the tree, so that
 * every name is exactly known, until an operation of unknown outcome touches it: such an operation may take effect at
 * any later time, so the name stays clouded for good, and with it every name that something may be renamed to from it.
 */
import { contents, layout, outcomes, recordKinds, type JournalRecord } from '../../model/record.ts';
import type { Durability } from '../../model/durability.ts';
import { objectOf } from '../../model/namespace.ts';
import { applyChange } from './apply-change.ts';
import { changing, doubtful, nameless, reading, syncing, twoNames } from './own-changes.ts';
import { newDurable } from './durable.ts';
import { effectOf, type Client, type Effect } from '../journal/effect.ts';
import { RecordCursor } from '../journal/record-cursor.ts';
import {
  applySync,
  changeOf,
  distrust,
  newLife,
  settledGeneration,
  settledIncarnation,
  type Copied,
  type MutableLife,
} from './life.ts';
import { Files } from './files.ts';
import { copyLife } from './lineage.ts';
import type { RecordLog, Segment, Slice } from '../journal/record-log.ts';
import { Names, type MutableName } from './names.ts';
import { inStress } from '../journal/phases.ts';
import type { OwnDoubt, Tree } from './tree.ts';

export interface ReplayInput {
  readonly owner: number;
  readonly isWhole: boolean;
  readonly client: Client;
  readonly chunkBytes: number;
  /** Where the file system crashed after the stress: what the owner's mount keeps, and whether all writes are synchronous. */
  readonly crash?: { readonly durability: Durability; readonly isSynchronous: boolean } | undefined;
}

/** An operation that may change what a name holds. */
interface NamedChange {
  readonly record: JournalRecord;
  readonly id: number;
  readonly effect: Effect;
}

/** Own reads that are kept for judgement; a file system that gets more wrong has been convicted already. */
const maxDoubts = 10_000;

export function replay(log: RecordLog, input: ReplayInput): Tree {
  const isOwn = (segment: Segment): boolean => segment.worker === input.owner && inStress(segment);
  const slices = log.slices(input.owner, isOwn);
  const replayer = new Replayer(input, changesIn(log.tags, slices));
  for (const slice of slices) replayer.take(log, slice);
  return replayer.finish();
}

function changesIn(tags: Uint8Array, slices: readonly Slice[]): number {
  let changes = 0;
  for (const { start, end } of slices) {
    for (let id = start; id < end; id++) changes += changing[tags[id] ?? 0] ?? 0;
  }
  return changes;
}

class Replayer {
  readonly #input: ReplayInput;
  readonly #names: Names;
  readonly #files: Files;
  readonly #copies = new Map<number, Copied>();
  readonly #syncedFolders = new Map<number, number>();
  /** What a sync of them said after it had failed once is not to be believed. */
  readonly #failedFolders = new Set<number>();
  readonly #doubts: { readonly doubt: OwnDoubt; readonly life: MutableLife; readonly change: number }[] = [];

  constructor(input: ReplayInput, changes: number) {
    this.#input = input;
    this.#names = new Names(2 * changes);
    this.#files = new Files(2 * changes);
  }

  take({ tags, views }: RecordLog, { start, end }: Slice): void {
    const record = new RecordCursor(views);
    for (let id = start; id < end; id++) {
      const tag = tags[id] ?? 0;
      if (changing[tag] === 1) this.#change(record.moveTo(id), id);
      else if (reading[tag] === 1 && doubtful[views.u8[id * 64 + layout.content] ?? 0] === 1)
        this.#doubt(record.moveTo(id), id);
    }
  }

  #change(record: JournalRecord, id: number): void {
    this.#apply(record, id);
    const { kind } = record;
    const name = this.#names.known(record.name);
    if (name !== undefined && (nameless[kind] !== 1 || name.isClouded)) this.#names.note(name, id);
    if (twoNames[kind] === 1) {
      const target = this.#names.known(record.target);
      if (target !== undefined) this.#names.note(target, id);
    }
    const life = this.#files.get(record.incarnation);
    if (life !== undefined) this.#files.noteSize(life, id);
    const copy = kind === recordKinds.copy ? this.#files.get(record.sequence) : undefined;
    if (copy !== undefined) this.#files.noteSize(copy, id);
  }

  #apply(record: JournalRecord, id: number): void {
    const effect = effectOf(record, this.#input.client);
    if (effect === 'none') return;
    if (record.kind === recordKinds.fsyncFolder) return this.#syncFolder(record, id, effect);
    const name = this.#names.get(record.name);
    if (record.kind === recordKinds.copy) return this.#copy(name, { record, id, effect });
    if (nameless[record.kind] === 1) return this.#alter(name, { record, id, effect });
    if (effect === 'unknown') name.isClouded = true;
    switch (record.kind) {
      case recordKinds.touch:
        return this.#touch(name, record, id);
      case recordKinds.rename:
      case recordKinds.renameOnto:
        return this.#rename(name, { record, id, effect });
      case recordKinds.delete:
      case recordKinds.rmdir:
        return this.#remove(name, id);
      case recordKinds.mkdir:
        name.isFolder = true;
        name.changed = id;
    }
  }

  #doubt(record: JournalRecord, id: number): void {
    const name = this.#names.known(record.name);
    const life = name?.life;
    if (life === undefined || record.outcome !== outcomes.ok || name?.isClouded === true) return;
    const code = record.content === contents.zeros ? 'D11' : 'D05';
    const end = Math.min(record.first + record.count, life.generations.length);
    for (let chunk = record.first; chunk < end && this.#doubts.length < maxDoubts; chunk++) {
      const generation = settledGeneration(life, chunk);
      if (generation === undefined || (code === 'D11' && generation === 0)) continue;
      const incarnation = settledIncarnation(life, chunk);
      // A stamp that isn't this chunk's is judged with the other reads.
      const isStrange = record.incarnation !== incarnation || record.target !== chunk;
      if (record.content === contents.badBody && isStrange) continue;
      const doubt: OwnDoubt = { code, id, chunk, life: incarnation, generation };
      this.#doubts.push({ doubt, life, change: changeOf(life, chunk) });
    }
  }

  finish(): Tree {
    const { owner, isWhole, crash } = this.#input;
    const { names, steady } = this.#names.finish();
    return {
      owner,
      isWhole,
      isOver: (incarnation) => this.#files.isOver(incarnation),
      names,
      sizes: this.#files.sizes(),
      steady,
      copies: this.#copies,
      crash: crash === undefined ? undefined : { durability: crash.durability, folders: this.#syncedFolders },
      doubts: this.#doubts.flatMap(({ doubt, life, change }) => (this.#isTrusted(life, change) ? doubt : [])),
    };
  }

  /** What was reported as lost later may have been lost when it was read; and what nobody told of may have been so reported. */
  #isTrusted(life: MutableLife, change: number): boolean {
    if (!life.isContentKnown || change > life.trustedUntil) return false;
    const isSettled = change <= life.synced || life.isOver;
    return this.#input.isWhole || (isSettled && change !== life.copied?.generation);
  }

  #touch(name: MutableName, record: JournalRecord, id: number): void {
    // A name that was taken can't have been created exclusively: whatever is there now, we don't know it.
    if (name.life !== undefined || name.isFolder) name.isClouded = true;
    const life = newLife(record.sequence);
    this.#makeDurable(life);
    this.#files.add(life);
    name.life = life;
    name.bound.add(life.operation);
    name.changed = id;
  }

  #alter(name: MutableName, { record, id, effect }: NamedChange): void {
    const life = this.#files.get(record.incarnation);
    if (life === undefined || name.life !== life) {
      name.isClouded = true;
      if (life !== undefined) life.isContentKnown = false;
    } else if (syncing[record.kind] === 1) {
      applySync(life, effect, id);
      if (effect === 'done') name.fileSynced = id;
    } else applyChange(life, record, effect, this.#input.chunkBytes);
  }

  #copy(from: MutableName, { record, id, effect }: NamedChange): void {
    const to = this.#names.get(record.target);
    const source = this.#files.get(record.incarnation);
    to.bound.add(record.sequence);
    to.changed = id;
    const isKnown = effect === 'done' && source !== undefined && from.life === source && !from.isClouded;
    if (!isKnown || to.life !== undefined || to.isFolder) to.isClouded = true;
    if (isKnown) {
      const copy = copyLife(source, record);
      this.#makeDurable(copy);
      if (copy.copied !== undefined) this.#copies.set(copy.operation, copy.copied);
      this.#files.add(copy);
      to.life = copy;
    } else {
      this.#names.leak(from, to);
      // Its error may have been the only word of a loss in the source.
      if (source !== undefined) distrust(source);
    }
  }

  #rename(from: MutableName, change: NamedChange): void {
    const to = this.#names.get(change.record.target);
    const isKnown = change.effect === 'done' && !from.isClouded && (from.life !== undefined || from.isFolder);
    if (!isKnown) {
      for (const operation of from.bound) to.bound.add(operation);
      from.isClouded = true;
      to.isClouded = true;
      this.#names.leak(from, to);
    } else {
      if (to.life !== undefined && !to.isClouded) this.#files.end(to.life);
      if (from.life !== undefined) to.bound.add(from.life.operation);
      to.life = from.life;
      to.isFolder = from.isFolder;
      from.life = undefined;
      from.isFolder = false;
    }
    from.changed = change.id;
    to.changed = change.id;
  }

  #syncFolder({ name }: JournalRecord, id: number, effect: Effect): void {
    const { folder } = objectOf(name);
    if (effect === 'unknown') this.#failedFolders.add(folder);
    else if (!this.#failedFolders.has(folder)) this.#syncedFolders.set(folder, id);
  }

  #makeDurable(life: MutableLife): void {
    const { crash } = this.#input;
    if (crash === undefined) return;
    life.durable = newDurable(crash.isSynchronous, { chunks: life.generations.length, size: life.size });
  }

  #remove(name: MutableName, id: number): void {
    name.changed = id;
    if (name.isClouded) return;
    if (name.life !== undefined) this.#files.end(name.life);
    name.life = undefined;
    name.isFolder = false;
  }
}
