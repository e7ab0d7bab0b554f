/**
 * What the looks of stress at one tree may have met: which of the owner's changes, and which file was at the name all the time
 * that the look took. As columns of numbers, worked out once: nearly every check asks it of a million looks.
 */
import { contents, layout, outcomes, readFlags, recordKinds, type RecordViews } from '../../model/record.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { kindTable } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import type { Order } from '../order/order.ts';
import { stepValues } from '../order/steps.ts';
import type { Tree } from './tree.ts';

export interface Looks {
  /** The file that was certainly there throughout; undefined where there was none, or it may have changed meanwhile. */
  fileAt(id: number): number | undefined;
  /** The owner's changes with ids below this had certainly ended. */
  endedAt(id: number): number;
  /** A read of good data, stamped as the file that was there throughout, as nearly all are: it was there for sure. */
  isPlain(id: number): boolean;
  /** An error, the end of a file or zeros: what no stamp can be wrong in. */
  isBlank(id: number): boolean;
  /** One of both. */
  isSettled(id: number): boolean;
  /** It was answered, and showed another size than the file had throughout: as far as a tree is known. */
  isOtherSize(id: number): boolean;
}

export interface LooksInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
}

export function indexLooks(input: LooksInput): Looks {
  const { log, facts } = input.evidence;
  const { owner } = input.tree;
  const columns = new LookColumns(log.firstOf(owner), log.trees.get(owner) ?? 0);
  const isHere = (segment: Segment): boolean => inStress(segment) && !isElsewhere(facts, segment.host, owner);
  for (const slice of log.slices(owner, isHere)) takeSlice(input, slice, columns);
  return columns;
}

/** In a function that is called often: V8 leaves a loop of one that is called once a tree again and again. */
function takeSlice({ evidence, tree, order }: LooksInput, slice: Slice, columns: LookColumns): void {
  const { tags, views } = evidence.log;
  const { chunkBytes } = evidence.facts;
  const { owner, steady, sizes } = tree;
  const windows = order.windows(slice.segment);
  for (let id = slice.start; id < slice.end; id++) {
    if (looks[tags[id] ?? 0] !== 1) continue;
    const ended = windows.ended(id);
    const begun = windows.begun(id);
    const file = Math.max(0, steady.steadyAt(views.u32[id * 16 + layout.name] ?? 0, ended, begun));
    const isOk = views.u8[id * 64 + layout.outcome] === outcomes.ok;
    let mark = 0;
    if (!isOk || blankContents[views.u8[id * 64 + layout.content] ?? 0] === 1) mark = blank;
    if (isOk && file > 0) {
      if (isStampedAs(views, id, { file, owner })) mark |= plain;
      const size = tellsSize(views, id) ? sizes.steadyAt(file, ended, begun) : stepValues.unknown;
      if (size >= 0 && isOther(views, id, { size, chunkBytes })) mark |= otherSize;
    }
    columns.set(id, { ended, file, mark });
  }
}

const looks = kindTable([recordKinds.read, recordKinds.observe, recordKinds.stat, recordKinds.getxattr]);

const blankContents = Uint8Array.from({ length: 256 }, (_, content) =>
  content === contents.none || content === contents.partial || content === contents.zeros ? 1 : 0,
);

function isStampedAs(
  { u8, u16, u32 }: RecordViews,
  at: number,
  { file, owner }: { readonly file: number; readonly owner: number },
): boolean {
  return (
    u8[at * 64 + layout.content] === contents.data &&
    u32[at * 16 + layout.incarnation] === file &&
    u16[at * 32 + layout.creator] === owner
  );
}

/** A stat, or a read that came to the end of the file. */
function tellsSize({ u8 }: RecordViews, at: number): boolean {
  const kind = u8[at * 64 + layout.kind];
  if (kind === recordKinds.stat) return true;
  return kind === recordKinds.read && ((u8[at * 64 + layout.flags] ?? 0) & readFlags.short) !== 0;
}

/** What a read brings ends before the file does; a stat tells its size. */
function isOther(
  { u8, u32, f64 }: RecordViews,
  at: number,
  { size, chunkBytes }: { readonly size: number; readonly chunkBytes: number },
): boolean {
  const seen = f64[at * 8 + layout.size] ?? 0;
  if (u8[at * 64 + layout.kind] === recordKinds.stat) return seen !== size;
  return (u32[at * 16 + layout.first] ?? 0) * chunkBytes + seen < size;
}

const never = 0xffffffff;
const plain = 1;
const blank = 2;
const otherSize = 4;

class LookColumns implements Looks {
  readonly #first: number;
  /** `never`: Infinity. */
  readonly #ended: Uint32Array;
  /** 0: undefined. */
  readonly #files: Uint32Array;
  readonly #marks: Uint8Array;

  constructor(first: number, count: number) {
    this.#first = first;
    this.#ended = new Uint32Array(count);
    this.#files = new Uint32Array(count);
    this.#marks = new Uint8Array(count);
  }

  set(
    id: number,
    { ended, file, mark }: { readonly ended: number; readonly file: number; readonly mark: number },
  ): void {
    const place = id - this.#first;
    this.#ended[place] = Math.min(ended, never);
    this.#files[place] = file;
    this.#marks[place] = mark;
  }

  fileAt(id: number): number | undefined {
    const file = this.#files[id - this.#first] ?? 0;
    return file === 0 ? undefined : file;
  }

  endedAt(id: number): number {
    const ended = this.#ended[id - this.#first] ?? 0;
    return ended === never ? Infinity : ended;
  }

  isPlain(id: number): boolean {
    return ((this.#marks[id - this.#first] ?? 0) & plain) !== 0;
  }

  isBlank(id: number): boolean {
    return ((this.#marks[id - this.#first] ?? 0) & blank) !== 0;
  }

  isSettled(id: number): boolean {
    return ((this.#marks[id - this.#first] ?? 0) & (plain | blank)) !== 0;
  }

  isOtherSize(id: number): boolean {
    return ((this.#marks[id - this.#first] ?? 0) & otherSize) !== 0;
  }
}
