/**
 * Every chunk of one tree that some read saw and no history explains, each once with its sightings. In verify the final
 * state is judged; during stress only what no change under way could explain.
 */
import { contents, layout, outcomes, recordKinds, type JournalRecord } from '../model/record.ts';
import { classify, type Allowed, type ChunkCode } from './classify.ts';
import { isElsewhere, type Evidence } from './evidence.ts';
import { settledGeneration, settledIncarnation, type Life } from './life.ts';
import { mayCarry, type StampSeen } from './lineage.ts';
import { mayOverlapChange } from './overlap.ts';
import { stressPhase, verifyPhase } from './phases.ts';
import { entryAt, type Entry, type Segment } from './record-log.ts';
import type { NameState, Tree } from './tree.ts';
import type { Writes } from './writes.ts';

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
  /** Id of the record of a read that saw it otherwise, where that is what's wrong. */
  readonly otherwise?: number | undefined;
}

/** Of one tree; a file system with more has been convicted already. */
const maxWrongChunks = 10_000;

export function findWrongChunks(evidence: Evidence, tree: Tree, writes: () => Writes): readonly WrongChunk[] {
  const finder = new Finder(evidence, tree, writes);
  finder.takeOwnDoubts();
  evidence.log.visit(tree.owner, (segment, at) => finder.look(segment, at));
  return finder.finish();
}

const readKinds: ReadonlySet<number> = new Set([recordKinds.read, recordKinds.observe, recordKinds.scanRead]);
const looks: ReadonlySet<number> = new Set([...readKinds, recordKinds.scanEntry]);

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
  readonly #found = new Map<string, Kept>();
  /** By the incarnation of a stamp: the copy that carried it where it was last seen. */
  readonly #explained = new Map<number, number>();

  constructor(evidence: Evidence, tree: Tree, writes: () => Writes) {
    this.#evidence = evidence;
    this.#writes = writes;
    this.#tree = tree;
  }

  takeOwnDoubts(): void {
    for (const doubt of this.#tree.doubts) {
      const entry = this.#evidence.log.entry(doubt.id);
      if (entry === undefined) continue;
      const isSuspect = this.#evidence.consistency === 'eventual';
      this.#keep(entry, { ...doubt, isSuspect, isInline: true });
    }
  }

  look(segment: Segment, at: number): void {
    const { kind, outcome, content } = headOf(segment, at);
    if (!readKinds.has(kind) || outcome !== outcomes.ok) return;
    if (content === contents.none || content === contents.partial) return;
    if (segment.phase === verifyPhase) this.#judgeFinal(entryAt(segment, at));
    else if (segment.phase === stressPhase && content !== contents.zeros && !this.#isPlain(segment, at))
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
    if (this.#isElsewhere(entry) || !isExpected(this.#tree, state)) return;
    const isExact = this.#tree.isWhole && state?.isClouded === false;
    const life = isExact ? state.life : undefined;
    const end = Math.min(record.first + record.count, this.#evidence.facts.maxChunks);
    for (let chunk = record.first; chunk < end; chunk++) {
      const generation = life === undefined ? undefined : settledGeneration(life, chunk);
      const allowed: Allowed = {
        mayHold: (stamp) =>
          this.#isOfTree(stamp) &&
          (life === undefined
            ? this.#mayEverCarry(state, chunk, stamp)
            : mayCarry(this.#tree.copies, { incarnation: life.operation, chunk }, stamp)),
        generation,
        wasWritten: (stamp) =>
          life === undefined || this.#writes().find(stamp.incarnation, chunk, stamp.generation) !== undefined,
      };
      const code = classify(record, chunk, allowed);
      if (code === undefined) continue;
      const incarnation = life === undefined ? undefined : settledIncarnation(life, chunk);
      this.#keep(entry, { code, chunk, life: incarnation, generation, isSuspect: false, isInline: false, file: life });
    }
  }

  /** Good data of a file that may have been there, as nearly all reads of stress are. */
  #isPlain({ views: { u8, u16, u32 } }: Segment, at: number): boolean {
    if (u8[at * 64 + layout.content] !== contents.data || u16[at * 32 + layout.creator] !== this.#tree.owner)
      return false;
    const state = this.#tree.names.get(u32[at * 16 + layout.name] ?? 0);
    return state?.bound.has(u32[at * 16 + layout.incarnation] ?? 0) === true;
  }

  /** During stress a stamp convicts by itself; a body only if nothing can have been changing it. */
  #judgeInline(entry: Entry): void {
    const { record } = entry;
    const state = this.#tree.names.get(record.name);
    if (this.#isElsewhere(entry)) return;
    // A name that was never there is a phantom, whatever it holds.
    if (this.#tree.isWhole && (state === undefined || state.bound.size === 0)) return;
    const isBody = record.content === contents.unreadable || record.content === contents.badBody;
    const generation = isBody && this.#isQuiet(entry, state) ? 1 : undefined;
    const end = Math.min(record.first + record.count, this.#evidence.facts.maxChunks);
    for (let chunk = record.first; chunk < end; chunk++) {
      const allowed: Allowed = {
        mayHold: (stamp) => this.#isOfTree(stamp) && this.#mayEverCarry(state, chunk, stamp),
        generation,
        wasWritten: () => true,
      };
      const code = classify(record, chunk, allowed);
      if (code === undefined) continue;
      this.#keep(entry, { code, chunk, life: undefined, generation: undefined, isSuspect: false, isInline: true });
    }
  }

  #isOfTree({ creator }: { readonly creator: number }): boolean {
    return creator === this.#tree.owner;
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

  #isElsewhere({ host }: Entry): boolean {
    return isElsewhere(this.#evidence.facts, host, this.#tree.owner);
  }

  #keep(
    entry: Entry,
    wrong: Pick<Kept, 'code' | 'chunk' | 'life' | 'generation' | 'isSuspect' | 'isInline' | 'file'>,
  ): void {
    const { name } = entry.record;
    const key = `${wrong.isInline}/${wrong.code}/${name}/${wrong.chunk}`;
    const known = this.#found.get(key);
    if (known !== undefined) {
      known.sightings++;
      known.hosts.add(entry.host);
      known.isSuspect &&= wrong.isSuspect;
    } else if (this.#found.size < maxWrongChunks) {
      const { code, chunk, life, generation, isSuspect, isInline, file } = wrong;
      const { owner } = this.#tree;
      this.#found.set(key, {
        code,
        owner,
        name,
        chunk,
        id: entry.id,
        life,
        generation,
        sightings: 1,
        isSuspect,
        isInline,
        file,
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
      if (wrong.isInline || (wrong.generation === undefined && wrong.file === undefined)) continue;
      const { name } = wrong;
      const known = final.get(name);
      if (known === undefined) final.set(name, [wrong]);
      else known.push(wrong);
    }
    if (final.size === 0) return;
    this.#evidence.log.visit(this.#tree.owner, (segment, at) => {
      const { kind, outcome } = headOf(segment, at);
      if (segment.phase !== verifyPhase || !looks.has(kind) || outcome !== outcomes.ok) return;
      const { id, host, record } = entryAt(segment, at);
      for (const wrong of final.get(record.name) ?? []) {
        if (!this.#isRight(record, wrong)) continue;
        wrong.rightHosts.add(host);
        wrong.otherwise ??= id;
      }
    });
    for (const wrong of [...final.values()].flat()) this.#recode(wrong);
  }

  #isRight(record: JournalRecord, { chunk, life, generation, file }: Kept): boolean {
    if (record.kind === recordKinds.scanEntry) {
      const start = chunk * this.#evidence.facts.chunkBytes;
      return file !== undefined && record.size <= start && (!file.isSizeKnown || file.size <= start);
    }
    if (chunk < record.first || chunk >= record.first + record.count) return false;
    if (generation === 0) return record.content === contents.zeros;
    if (record.content !== contents.data) return generation === undefined && open.has(record.content);
    if (!this.#isOfTree(record)) return false;
    if (generation !== undefined) return record.incarnation === life && record.generation === generation;
    return file !== undefined && mayCarry(this.#tree.copies, { incarnation: file.operation, chunk }, record);
  }

  #recode(wrong: Kept): void {
    if (wrong.rightHosts.size === 0) return;
    wrong.isSuspect ||= this.#evidence.consistency !== 'posix';
    if (!oldCodes.has(wrong.code)) wrong.otherwise = undefined;
    else wrong.code = [...wrong.hosts].every((host) => wrong.rightHosts.has(host)) ? 'D22' : 'D21';
  }
}

/** What a change of unknown outcome may have made of a chunk. */
const open: ReadonlySet<number> = new Set([contents.zeros, contents.unreadable, contents.partial]);
/** Of chunks that show an old generation. */
const oldCodes: ReadonlySet<ChunkCode> = new Set(['D04', 'D20']);

/** A name that can't be there is a finding of its own, and what it holds says nothing more. */
function isExpected(tree: Tree, state: NameState | undefined): boolean {
  return !tree.isWhole || (state !== undefined && (state.life !== undefined || state.isClouded));
}

function headOf(segment: Segment, at: number): { kind: number; outcome: number; content: number } {
  const { u8 } = segment.views;
  return {
    kind: u8[at * 64 + layout.kind] ?? 0,
    outcome: u8[at * 64 + layout.outcome] ?? 0,
    content: u8[at * 64 + layout.content] ?? 0,
  };
}
