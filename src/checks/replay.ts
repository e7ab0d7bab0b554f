/**
 * What a worker's own operations, in program order, allow its tree to be in the end. It alone changes the tree, so that
 * every name is exactly known, until an operation of unknown outcome touches it: such an operation may take effect at
 * any later time, so the name stays clouded for good, and with it every name that something may be renamed to from it.
 */
import { contents, layout, outcomes, recordKinds, type JournalRecord } from '../model/record.ts';
import { effectOf, type Client, type Effect } from './effect.ts';
import {
  applyChange,
  applySync,
  distrust,
  forget,
  newLife,
  settledGeneration,
  settledIncarnation,
  type Copied,
  type MutableLife,
} from './life.ts';
import { copyLife } from './lineage.ts';
import { entryAt, type RecordLog, type Segment, type Visitor } from './record-log.ts';
import { addStep, stepValues, type Steps } from './steps.ts';
import { inStress } from './phases.ts';
import type { OwnDoubt, Tree } from './tree.ts';

interface MutableName {
  life: MutableLife | undefined;
  isFolder: boolean;
  isClouded: boolean;
  readonly bound: Set<number>;
  changed: number;
  readonly steps: Steps;
}

export interface ReplayInput {
  readonly owner: number;
  readonly isWhole: boolean;
  readonly client: Client;
  readonly chunkBytes: number;
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
  const replayer = new Replayer(input);
  const isOwn = (segment: Segment): boolean => segment.worker === input.owner && inStress(segment);
  const take: Visitor = (segment, at) => {
    const kind = segment.views.u8[at * 64 + layout.kind] ?? 0;
    if (kind === recordKinds.read || kind === recordKinds.observe) {
      const content = segment.views.u8[at * 64 + layout.content] ?? 0;
      if (doubtful.has(content)) replayer.doubt(entryAt(segment, at).record, segment.firstId + at);
    } else if (changing.has(kind)) replayer.change(entryAt(segment, at).record, segment.firstId + at);
  };
  log.visit(input.owner, take, isOwn);
  return replayer.finish();
}

const twoNames: ReadonlySet<number> = new Set([recordKinds.rename, recordKinds.copy, recordKinds.renameOnto]);
const doubtful: ReadonlySet<number> = new Set([contents.zeros, contents.unreadable, contents.badBody]);
const changing: ReadonlySet<number> = new Set([
  recordKinds.touch,
  recordKinds.write,
  recordKinds.append,
  recordKinds.truncate,
  recordKinds.fsync,
  recordKinds.fdatasync,
  recordKinds.rename,
  recordKinds.renameOnto,
  recordKinds.copy,
  recordKinds.delete,
  recordKinds.mkdir,
  recordKinds.rmdir,
]);
/** Whatever becomes of these, the name itself stays what it was. */
const nameless: ReadonlySet<number> = new Set([
  recordKinds.write,
  recordKinds.append,
  recordKinds.truncate,
  recordKinds.fsync,
  recordKinds.fdatasync,
  recordKinds.copy,
]);

class Replayer {
  readonly #input: ReplayInput;
  readonly #names = new Map<number, MutableName>();
  /** Files that may still be there. */
  readonly #lives = new Map<number, MutableLife>();
  readonly #sizes = new Map<number, Steps>();
  /** Whatever is ever at the first name may come to the second. */
  readonly #leaks: (readonly [from: MutableName, to: MutableName])[] = [];
  readonly #copies = new Map<number, Copied>();
  readonly #doubts: { readonly doubt: OwnDoubt; readonly life: MutableLife; readonly change: number }[] = [];

  constructor(input: ReplayInput) {
    this.#input = input;
  }

  change(record: JournalRecord, id: number): void {
    this.#apply(record, id);
    this.#noteName(record.name, id);
    if (twoNames.has(record.kind)) this.#noteName(record.target, id);
    this.#noteSize(record.incarnation, id);
    if (record.kind === recordKinds.copy) this.#noteSize(record.sequence, id);
  }

  #apply(record: JournalRecord, id: number): void {
    const effect = effectOf(record, this.#input.client);
    if (effect === 'none') return;
    const name = this.#name(record.name);
    if (effect === 'unknown' && !nameless.has(record.kind)) name.isClouded = true;
    switch (record.kind) {
      case recordKinds.touch:
        return this.#touch(name, record, id);
      case recordKinds.write:
      case recordKinds.append:
      case recordKinds.truncate:
      case recordKinds.fsync:
      case recordKinds.fdatasync:
        return this.#alter(name, record, effect);
      case recordKinds.copy:
        return this.#copy(name, { record, id, effect });
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

  doubt(record: JournalRecord, id: number): void {
    const life = this.#names.get(record.name)?.life;
    if (life === undefined || record.outcome !== outcomes.ok || this.#names.get(record.name)?.isClouded === true)
      return;
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
      this.#doubts.push({ doubt, life, change: life.changes[chunk] ?? 0 });
    }
  }

  finish(): Tree {
    this.#spreadLeaks();
    const { owner, isWhole } = this.#input;
    const doubts = this.#doubts.filter(({ life, change }) => this.#isTrusted(life, change));
    return {
      owner,
      isWhole,
      names: this.#names,
      sizes: this.#sizes,
      copies: this.#copies,
      doubts: doubts.map(({ doubt }) => doubt),
    };
  }

  /** What was reported as lost later may have been lost when it was read; and what nobody told of may have been so reported. */
  #isTrusted(life: MutableLife, change: number): boolean {
    if (!life.isContentKnown || change > life.trustedUntil) return false;
    const isSettled = change <= life.synced || !this.#lives.has(life.operation);
    return this.#input.isWhole || (isSettled && change !== life.copied?.generation);
  }

  #noteName(number: number, id: number): void {
    const name = this.#names.get(number);
    if (name === undefined) return;
    const there = name.isFolder ? stepValues.folder : (name.life?.operation ?? stepValues.nothing);
    addStep(name.steps, id, name.isClouded ? stepValues.unknown : there);
  }

  #noteSize(incarnation: number, id: number): void {
    const life = this.#lives.get(incarnation);
    if (life === undefined) return;
    const steps = this.#sizes.get(incarnation) ?? { ids: [], values: [] };
    this.#sizes.set(incarnation, steps);
    addStep(steps, id, life.isSizeKnown ? life.size : stepValues.unknown);
  }

  #name(number: number): MutableName {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const fresh: MutableName = {
      life: undefined,
      isFolder: false,
      isClouded: false,
      bound: new Set(),
      changed: -1,
      steps: { ids: [], values: [] },
    };
    this.#names.set(number, fresh);
    return fresh;
  }

  #touch(name: MutableName, record: JournalRecord, id: number): void {
    // A name that was taken can't have been created exclusively: whatever is there now, we don't know it.
    if (name.life !== undefined || name.isFolder) name.isClouded = true;
    const life = newLife(record.sequence);
    this.#lives.set(life.operation, life);
    name.life = life;
    name.bound.add(life.operation);
    name.changed = id;
  }

  #alter(name: MutableName, record: JournalRecord, effect: Effect): void {
    const life = this.#lives.get(record.incarnation);
    if (life === undefined || name.life !== life) {
      name.isClouded = true;
      if (life !== undefined) life.isContentKnown = false;
    } else if (record.kind === recordKinds.fsync || record.kind === recordKinds.fdatasync) applySync(life, effect);
    else applyChange(life, record, effect, this.#input.chunkBytes);
  }

  #copy(from: MutableName, { record, id, effect }: NamedChange): void {
    const to = this.#name(record.target);
    const source = this.#lives.get(record.incarnation);
    to.bound.add(record.sequence);
    to.changed = id;
    const isKnown = effect === 'done' && source !== undefined && from.life === source && !from.isClouded;
    if (!isKnown || to.life !== undefined || to.isFolder) to.isClouded = true;
    if (isKnown) {
      const copy = copyLife(source, record);
      if (copy.copied !== undefined) this.#copies.set(copy.operation, copy.copied);
      this.#lives.set(copy.operation, copy);
      to.life = copy;
    } else {
      this.#leaks.push([from, to]);
      // Its error may have been the only word of a loss in the source.
      if (source !== undefined) distrust(source);
    }
  }

  #rename(from: MutableName, change: NamedChange): void {
    const to = this.#name(change.record.target);
    const isKnown = change.effect === 'done' && !from.isClouded && (from.life !== undefined || from.isFolder);
    for (const operation of from.bound) if (!isKnown || operation === from.life?.operation) to.bound.add(operation);
    if (!isKnown) {
      from.isClouded = true;
      to.isClouded = true;
      this.#leaks.push([from, to]);
    } else {
      if (to.life !== undefined && !to.isClouded) this.#end(to.life);
      to.life = from.life;
      to.isFolder = from.isFolder;
      from.life = undefined;
      from.isFolder = false;
    }
    from.changed = change.id;
    to.changed = change.id;
  }

  #remove(name: MutableName, id: number): void {
    name.changed = id;
    if (name.isClouded) return;
    if (name.life !== undefined) this.#end(name.life);
    name.life = undefined;
    name.isFolder = false;
  }

  #end(life: MutableLife): void {
    this.#lives.delete(life.operation);
    forget(life);
  }

  /** Until nothing changes: names only gain, so it ends. */
  #spreadLeaks(): void {
    let isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (const [from, to] of this.#leaks) {
        const before = to.bound.size;
        for (const operation of from.bound) to.bound.add(operation);
        isChanged ||= to.bound.size > before;
      }
    }
  }
}
