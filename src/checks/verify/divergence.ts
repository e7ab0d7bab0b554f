/**
 * Chunks that verify saw in two ways where the history leaves open what is there: with a change of unknown outcome that may
 * still be landing, that proves nothing, but is worth a look. What the history settles is judged with the other chunks.
 */
import { contents, layout, outcomes, type JournalRecord } from '../../model/record.ts';
import { hash32 } from '../../model/random.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { kindTable, readKinds } from '../journal/kinds.ts';
import { inVerify } from '../journal/phases.ts';
import { entryAt, type Entry, type Segment, type Visitor } from '../journal/record-log.ts';
import { isSettled } from './settled-reads.ts';
import { finalGeneration, isLifeCertain } from '../tree/survival.ts';
import { isExpected, type Tree } from '../tree/tree.ts';
import type { WrongChunk } from './wrong-chunks.ts';

export function findDivergences(evidence: Evidence, tree: Tree, wrong: readonly WrongChunk[]): readonly WrongChunk[] {
  const convicted = new Set(wrong.map(({ name, chunk }) => `${name}/${chunk}`));
  const finder = new Finder(evidence, tree, convicted);
  const isHere = (segment: Segment): boolean =>
    inVerify(segment) && !isElsewhere(evidence.facts, segment.host, tree.owner);
  const take: Visitor = (segment, at) => {
    if (isWholeRead(segment, at) && !isSettled(tree, evidence.facts, { segment, at }))
      finder.take(entryAt(segment, at));
  };
  evidence.log.visit(tree.owner, take, isHere, reading);
  return [...finder.found.values()];
}

/** Of one tree; more of what proves nothing are too many. */
const maxDivergences = 1_000;

/** What the first host saw of a file, by chunk: which record, and a number that is the same for the same content. */
interface FirstLook {
  readonly ids: Map<number, number>;
  readonly hashes: Map<number, number>;
}

class Finder {
  readonly found = new Map<string, WrongChunk>();
  readonly #evidence: Evidence;
  readonly #tree: Tree;
  readonly #convicted: ReadonlySet<string>;
  readonly #looks = new Map<number, FirstLook>();

  constructor(evidence: Evidence, tree: Tree, convicted: ReadonlySet<string>) {
    this.#evidence = evidence;
    this.#tree = tree;
    this.#convicted = convicted;
  }

  take(entry: Entry): void {
    const { record } = entry;
    const state = this.#tree.names.get(record.name);
    if (!isExpected(this.#tree, state)) return;
    const isExact = this.#tree.isWhole && state?.isClouded === false;
    const life = isExact && isLifeCertain(this.#tree, record.name, state) ? state.life : undefined;
    const look = this.#looks.get(record.name) ?? { ids: new Map(), hashes: new Map() };
    this.#looks.set(record.name, look);
    const hash = hashOf(record);
    const end = Math.min(record.first + record.count, this.#evidence.facts.maxChunks);
    for (let chunk = record.first; chunk < end; chunk++) {
      if (life !== undefined && finalGeneration(this.#tree, life, chunk) !== undefined) continue;
      const known = look.hashes.get(chunk);
      if (known === undefined) {
        look.hashes.set(chunk, hash);
        look.ids.set(chunk, entry.id);
      } else if (known !== hash) this.#keep(entry, chunk, look.ids.get(chunk));
    }
  }

  #keep(entry: Entry, chunk: number, otherwise: number | undefined): void {
    const { name } = entry.record;
    const key = `${name}/${chunk}`;
    const known = this.found.get(key);
    if (known !== undefined) this.found.set(key, { ...known, sightings: known.sightings + 1 });
    else if (this.found.size < maxDivergences && !this.#convicted.has(key)) {
      const other = otherwise === undefined ? undefined : this.#evidence.log.entry(otherwise);
      this.found.set(key, {
        code: other?.host === entry.host ? 'D22' : 'D21',
        owner: this.#tree.owner,
        name,
        chunk,
        id: entry.id,
        life: undefined,
        generation: undefined,
        sightings: 1,
        isSuspect: false,
        isOpen: true,
        otherwise,
      });
    }
  }
}

const reading = kindTable(readKinds);
/** Where a file ends is a matter of its size. */
const noChunks: ReadonlySet<number> = new Set([contents.none, contents.partial]);

function isWholeRead({ views }: Segment, at: number): boolean {
  return views.u8[at * 64 + layout.outcome] === outcomes.ok && !noChunks.has(views.u8[at * 64 + layout.content] ?? 0);
}

function hashOf({ content, creator, incarnation, generation, writer, target }: JournalRecord): number {
  return hash32(content, creator, incarnation, generation, writer, target);
}
