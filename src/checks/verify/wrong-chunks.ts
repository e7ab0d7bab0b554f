/**
 * Every chunk of one tree that some read saw and no history explains, each once with its sightings. In verify the final
 * state is judged; during stress only what no change under way could explain.
 */
import type { Promised } from '../../model/durability.ts';
import { contents, layout, outcomes, recordKinds } from '../../model/record.ts';
import { classify, type Allowed, type ChunkCode } from '../tree/classify.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { endOf, settledIncarnation, type Life } from '../tree/life.ts';
import { mayCarry, type StampSeen } from '../tree/lineage.ts';
import { mayOverlapChange } from '../order/overlap.ts';
import { kindTable, readKinds } from '../journal/kinds.ts';
import type { Looks } from '../tree/looks.ts';
import { inVerify, stressPhase, verifyPhase } from '../journal/phases.ts';
import { isRightLook } from './right-look.ts';
import { entryAt, type Entry, type Segment, type Slice } from '../journal/record-log.ts';
import { isAsItMustBe } from './settled-reads.ts';
import { finalGeneration, floorGeneration, isLifeCertain } from '../tree/survival.ts';
import { isExpected, type NameState, type Tree } from '../tree/tree.ts';
import type { Writes } from '../tree/writes.ts';

export interface WrongChunk {
  readonly code: ChunkCode;
  readonly owner: number;
  readonly name: number;
  readonly chunk: number;
  /** Id of the record of the first host that saw it. */
  readonly id: number;
  /** The incarnation and generation of the stamp that had to be there, where the history settles it. */
  readonly life: number | undefined;
  readonly generation: number | undefined;
  readonly sightings: number;
  /** Depends on a cache that the file system doesn't promise to be fresh. */
  readonly isSuspect: boolean;
  /** The history leaves open what is there, and a change of unknown outcome may still be landing. */
  readonly isOpen?: boolean;
  /** After a crash: older than what was synced, and it was changed since. */
  readonly isFloor?: boolean | undefined;
  /** What should have kept it is less than a promise. */
  readonly weaker?: Promised;
  /** Id of the record of a read that saw it otherwise, where that is what's wrong. */
  readonly otherwise?: number | undefined;
}

/** Of one tree; a file system with more has been convicted already. */
const maxWrongChunks = 10_000;

export interface ChunksInput {
  readonly tree: Tree;
  readonly looks: Looks;
  readonly writes: () => Writes;
}

export function findWrongChunks(evidence: Evidence, input: ChunksInput): readonly WrongChunk[] {
  const finder = new Finder(evidence, input);
  finder.takeOwnDoubts();
  for (const slice of evidence.log.slices(input.tree.owner)) finder.take(slice);
  return finder.finish();
}

const reading = kindTable(readKinds);
const finalLooks = kindTable([...readKinds, recordKinds.scanEntry]);

interface Kept extends WrongChunk {
  code: ChunkCode;
  sightings: number;
  isSuspect: boolean;
  otherwise?: number | undefined;
  readonly isInline: boolean;
  /** In verify: the file that must be there, where the history says which. */
  readonly file?: Life | undefined;
  /** Hosts that saw it so, and hosts that saw it right. */
  readonly hosts: Set<number>;
  readonly rightHosts: Set<number>;
}

class Finder {
  readonly #evidence: Evidence;
  readonly #writes: () => Writes;
  readonly #tree: Tree;
  readonly #looks: Looks;
  readonly #found = new Map<string, Kept>();
  /** By the incarnation of a stamp: the copy that carried it where it was last seen. */
  readonly #explained = new Map<number, number>();

  constructor(evidence: Evidence, { tree, looks, writes }: ChunksInput) {
    this.#evidence = evidence;
    this.#writes = writes;
    this.#tree = tree;
    this.#looks = looks;
  }

  takeOwnDoubts(): void {
    for (const doubt of this.#tree.doubts) {
      const entry = this.#evidence.log.entry(doubt.id);
      if (entry === undefined) continue;
      const isSuspect = this.#evidence.consistency === 'eventual';
      this.#keep(entry, { ...doubt, isSuspect, isInline: true });
    }
  }

  take({ segment, start, end }: Slice): void {
    const { tags } = this.#evidence.log;
    for (let id = start; id < end; id++) {
      if (reading[tags[id] ?? 0] === 1 && !this.#looks.isSettled(id)) this.#look(segment, id);
    }
  }

  #look(segment: Segment, at: number): void {
    const { u8 } = segment.views;
    const content = u8[at * 64 + layout.content] ?? 0;
    if (u8[at * 64 + layout.outcome] !== outcomes.ok) return;
    if (content === contents.none || content === contents.partial) return;
    if (isAsItMustBe(this.#tree, this.#evidence.facts, { segment, at })) return;
    if (isElsewhere(this.#evidence.facts, segment.host, this.#tree.owner)) return;
    if (segment.phase === verifyPhase) this.#judgeFinal(entryAt(segment, at));
    else if (segment.phase === stressPhase && content !== contents.zeros && !this.#isExplained(segment, at))
      this.#judgeInline(entryAt(segment, at));
  }

  finish(): readonly WrongChunk[] {
    this.#compareWithRight();
    this.#join();
    return [...this.#found.values()];
  }

  /** What stress and verify both saw is one finding, and suspect only if both are. */
  #join(): void {
    for (const [key, wrong] of this.#found) {
      const inline = wrong.isInline ? undefined : this.#found.get(`true/${wrong.code}/${wrong.name}/${wrong.chunk}`);
      if (inline === undefined) continue;
      inline.sightings += wrong.sightings;
      inline.isSuspect &&= wrong.isSuspect;
      this.#found.delete(key);
    }
  }

  #judgeFinal(entry: Entry): void {
    const { record } = entry;
    const state = this.#tree.names.get(record.name);
    if (!isExpected(this.#tree, state)) return;
    const isExact = this.#tree.isWhole && state?.isClouded === false;
    const life = isExact && isLifeCertain(this.#tree, record.name, state) ? state.life : undefined;
    const end = Math.min(record.first + record.count, this.#evidence.facts.maxChunks);
    for (let chunk = record.first; chunk < end; chunk++) {
      const generation = life === undefined ? undefined : finalGeneration(this.#tree, life, chunk);
      const allowed: Allowed = {
        mayHold: (stamp) =>
          stamp.creator === this.#tree.owner &&
          (life === undefined
            ? this.#mayEverCarry(state, chunk, stamp)
            : mayCarry(this.#tree.copies, { incarnation: life.operation, chunk }, stamp)),
        generation,
        ends: endOf(life, chunk, this.#evidence.facts.chunkBytes),
        wasWritten: (stamp) =>
          life === undefined || this.#writes().find(stamp.incarnation, chunk, stamp.generation) !== undefined,
      };
      const code = classify(record, chunk, allowed);
      const incarnation = life === undefined ? undefined : settledIncarnation(life, chunk);
      const floor = life === undefined ? 0 : floorGeneration(this.#tree, life, chunk);
      const isFloor = code === undefined && record.content === contents.data && record.generation < floor;
      if (isFloor) this.#keep(entry, { code: 'D04', chunk, life: undefined, generation: floor, isFloor, ...final });
      if (code === undefined) continue;
      // A crash may leave what was there before in blocks that were not synced.
      const isSuspect = generation === undefined && this.#tree.crash !== undefined;
      this.#keep(entry, { code, chunk, life: incarnation, generation, ...final, isSuspect, file: life });
    }
  }

  /** Good data of a file that may have been there, or of one that it may be a copy of, as nearly all reads of stress are. */
  #isExplained({ firstId, views: { u8, u16, u32 } }: Segment, at: number): boolean {
    if (u8[at * 64 + layout.content] !== contents.data || u16[at * 32 + layout.creator] !== this.#tree.owner)
      return false;
    const incarnation = u32[at * 16 + layout.incarnation] ?? 0;
    const stamp = { incarnation, generation: u32[at * 16 + layout.generation] ?? 0 };
    const first = u32[at * 16 + layout.first] ?? 0;
    const end = Math.min(first + (u32[at * 16 + layout.count] ?? 0), this.#evidence.facts.maxChunks);
    // Mostly the copy that was there throughout, and what that may carry in one chunk it may in all before.
    const there = this.#looks.fileAt(firstId + at);
    if (there !== undefined && mayCarry(this.#tree.copies, { incarnation: there, chunk: end - 1 }, stamp)) return true;
    const state = this.#tree.names.get(u32[at * 16 + layout.name] ?? 0);
    if (state?.bound.has(incarnation) === true) return true;
    for (let chunk = first; chunk < end; chunk++) if (!this.#mayEverCarry(state, chunk, stamp)) return false;
    return true;
  }

  /** During stress a stamp convicts by itself; a body only if nothing can have been changing it. */
  #judgeInline(entry: Entry): void {
    const { record } = entry;
    const state = this.#tree.names.get(record.name);
    // A name that was never there is a phantom, whatever it holds.
    if (this.#tree.isWhole && (state === undefined || state.bound.size === 0)) return;
    const isBody = record.content === contents.unreadable || record.content === contents.badBody;
    const generation = isBody && this.#isQuiet(entry, state) ? 1 : undefined;
    const end = Math.min(record.first + record.count, this.#evidence.facts.maxChunks);
    for (let chunk = record.first; chunk < end; chunk++) {
      const allowed: Allowed = {
        mayHold: (stamp) => stamp.creator === this.#tree.owner && this.#mayEverCarry(state, chunk, stamp),
        generation,
        ends: endOf(undefined, chunk, this.#evidence.facts.chunkBytes),
        wasWritten: () => true,
      };
      const code = classify(record, chunk, allowed);
      if (code === undefined) continue;
      this.#keep(entry, { code, chunk, life: undefined, generation: undefined, isSuspect: false, isInline: true });
    }
  }

  /** Whether any file that was ever possibly under the name could carry the stamp there. */
  #mayEverCarry(state: NameState | undefined, chunk: number, stamp: StampSeen): boolean {
    const { isWhole, copies } = this.#tree;
    if (!isWhole || state?.bound.has(stamp.incarnation) === true) return true;
    // Mostly the one that explained the chunk before.
    const known = this.#explained.get(stamp.incarnation);
    const isBound = known !== undefined && state?.bound.has(known) === true;
    if (isBound && mayCarry(copies, { incarnation: known, chunk }, stamp)) return true;
    for (const incarnation of state?.bound ?? []) {
      if (!mayCarry(copies, { incarnation, chunk }, stamp)) continue;
      this.#explained.set(stamp.incarnation, incarnation);
      return true;
    }
    return false;
  }

  /** Own reads were judged with the exact state; caches of weaker file systems may mix generations long after a write. */
  #isQuiet(entry: Entry, state: NameState | undefined): boolean {
    return (
      entry.worker !== this.#tree.owner &&
      this.#evidence.consistency === 'posix' &&
      this.#tree.isWhole &&
      state?.isClouded === false &&
      ![...state.bound].some((incarnation) => this.#tree.copies.get(incarnation)?.isDoubted === true) &&
      !mayOverlapChange(this.#evidence, entry, state.bound)
    );
  }

  #keep(
    entry: Entry,
    wrong: Pick<Kept, 'code' | 'chunk' | 'life' | 'generation' | 'isSuspect' | 'isInline' | 'file' | 'isFloor'>,
  ): void {
    const { name } = entry.record;
    const key = `${wrong.isInline}/${wrong.code}/${name}/${wrong.chunk}`;
    const known = this.#found.get(key);
    if (known !== undefined) {
      known.sightings++;
      known.hosts.add(entry.host);
      known.isSuspect &&= wrong.isSuspect;
    } else if (this.#found.size < maxWrongChunks) {
      this.#found.set(key, {
        ...wrong,
        owner: this.#tree.owner,
        name,
        id: entry.id,
        sightings: 1,
        hosts: new Set([entry.host]),
        rightHosts: new Set(),
      });
    }
  }

  /**
   * Where another scan saw the right chunk, or that the file ends before it, the file system holds it so. What is old there
   * isn't lost, but seen differently; and on a weaker file system than posix a cache that may be stale says so.
   */
  #compareWithRight(): void {
    const final = new Map<number, Kept[]>();
    for (const wrong of this.#found.values()) {
      if (wrong.isInline || wrong.isFloor === true || (wrong.generation === undefined && wrong.file === undefined))
        continue;
      const { name } = wrong;
      const known = final.get(name);
      if (known === undefined) final.set(name, [wrong]);
      else known.push(wrong);
    }
    if (final.size === 0) return;
    const compare = (segment: Segment, at: number): void => {
      const { id, host, record } = entryAt(segment, at);
      if (record.outcome !== outcomes.ok) return;
      for (const wrong of final.get(record.name) ?? []) {
        if (!isRightLook(record, wrong, { tree: this.#tree, chunkBytes: this.#evidence.facts.chunkBytes })) continue;
        wrong.rightHosts.add(host);
        wrong.otherwise ??= id;
      }
    };
    this.#evidence.log.visit(this.#tree.owner, compare, inVerify, finalLooks);
    for (const wrong of [...final.values()].flat()) this.#recode(wrong);
  }

  #recode(wrong: Kept): void {
    if (wrong.rightHosts.size === 0) return;
    wrong.isSuspect ||= this.#evidence.consistency !== 'posix';
    if (!oldCodes.has(wrong.code)) wrong.otherwise = undefined;
    else wrong.code = [...wrong.hosts].every((host) => wrong.rightHosts.has(host)) ? 'D22' : 'D21';
  }
}

const final = { isSuspect: false, isInline: false };

/** Of chunks that show an old generation. */
const oldCodes: ReadonlySet<ChunkCode> = new Set(['D04', 'D20']);
