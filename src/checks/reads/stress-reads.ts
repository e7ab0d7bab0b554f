/**
 * What workers read of one tree during stress, run by run, where it was good data of a file that may have been there: as
 * columns of numbers, because reads are the most records of a run.
 */
import { highPlace, lowPlace } from '../../model/clock.ts';
import { contents, layout, outcomes } from '../../model/record.ts';
import { isStampedCut } from '../tree/classify.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { windowOf, type Order } from '../order/order.ts';
import { kindTable, readKinds } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import { isKnownToItsEnd } from '../tree/known-part.ts';
import type { Looks } from '../tree/looks.ts';
import type { FileChanges, Registers } from '../tree/registers.ts';
import type { NameState, Tree } from '../tree/tree.ts';

/** One run of chunks is one place in every column; those of one file lie together, the older files first. */
export interface StressReads {
  readonly files: readonly FileSpan[];
  readonly count: number;
  readonly ids: Uint32Array;
  readonly hosts: Uint32Array;
  readonly workers: Uint32Array;
  readonly firsts: Uint32Array;
  /** Past the last chunk. */
  readonly ends: Uint32Array;
  readonly generations: Uint32Array;
  /** The owner's changes with ids below this had certainly ended. */
  readonly ended: Float64Array;
  /** On the clock of the reader's host. */
  readonly startsNs: Float64Array;
  readonly endsNs: Float64Array;
  /** Where it lies on the controller's clock at its widest; nowhere, where a clock isn't known. */
  readonly bounds: Times;
}

/** By place. */
export interface Times {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** The reads of one incarnation: those from place `start` to before `end`. */
export interface FileSpan {
  readonly changes: FileChanges;
  readonly start: number;
  readonly end: number;
}

export interface ReadsInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
  readonly registers: Registers;
  readonly looks: Looks;
}

export function gatherReads(input: ReadsInput): StressReads {
  const judged = judgedReads(input);
  const { files, next } = spansOf(input.registers, judged);
  const reads = newReads(judged.count);
  const { looks, evidence } = input;
  const clocks = evidence.hosts.map(({ clock }) => clock);
  const { u32, f64 } = evidence.log.views;
  for (let read = 0; read < judged.count; read++) {
    const id = judged.ids[read] ?? 0;
    const file = judged.files[read] ?? 0;
    const host = judged.hosts[read] ?? 0;
    const place = next[file] ?? 0;
    next[file] = place + 1;
    const first = u32[id * 16 + layout.first] ?? 0;
    reads.ids[place] = id;
    reads.hosts[place] = host;
    reads.workers[place] = judged.workers[read] ?? 0;
    reads.firsts[place] = first;
    reads.ends[place] = Math.min(first + (u32[id * 16 + layout.count] ?? 0), evidence.facts.maxChunks);
    reads.generations[place] = u32[id * 16 + layout.generation] ?? 0;
    reads.ended[place] = looks.endedAt(id);
    reads.startsNs[place] = f64[id * 8 + layout.startNs] ?? 0;
    reads.endsNs[place] = f64[id * 8 + layout.endNs] ?? 0;
    const clock = clocks[host];
    reads.bounds.starts[place] = clock?.boundsOf(f64, id * 8 + layout.startNs)?.[lowPlace] ?? -Infinity;
    reads.bounds.ends[place] = clock?.boundsOf(f64, id * 8 + layout.endNs)?.[highPlace] ?? Infinity;
  }
  return { ...reads, files, count: judged.count };
}

/** As the log has them. */
interface JudgedReads {
  count: number;
  readonly ids: Uint32Array;
  readonly hosts: Uint32Array;
  readonly workers: Uint32Array;
  /** Places among the registers' files. */
  readonly files: Uint32Array;
}

function judgedReads(input: ReadsInput): JudgedReads {
  const { evidence, tree, registers } = input;
  const isHere = (segment: Segment): boolean =>
    inStress(segment) && !isElsewhere(evidence.facts, segment.host, tree.owner);
  const most = evidence.log.trees.get(tree.owner) ?? 0;
  const column = (): Uint32Array => new Uint32Array(most);
  const reads = { count: 0, ids: column(), hosts: column(), workers: column(), files: column() };
  const isPerhapsCopy = copiesOf(registers);
  for (const slice of evidence.log.slices(tree.owner, isHere)) takeSlice(input, { slice, isPerhapsCopy, reads });
  return reads;
}

function takeSlice(
  input: ReadsInput,
  given: { readonly slice: Slice; readonly isPerhapsCopy: MayBeCopy; readonly reads: JudgedReads },
): void {
  const { evidence, tree, order, registers, looks } = input;
  const { isPerhapsCopy, reads } = given;
  const { segment, start, end } = given.slice;
  const { tags } = evidence.log;
  for (let id = start; id < end; id++) {
    if (reading[tags[id] ?? 0] !== 1 || looks.isBlank(id)) continue;
    const isPlain = looks.isPlain(id);
    const incarnation = isPlain ? looks.fileAt(id) : incarnationSeen(input, { segment, at: id, isPerhapsCopy });
    const file = incarnation === undefined ? undefined : registers.placeOf(incarnation);
    if (incarnation === undefined || file === undefined || registers.isSound[file] === 0) continue;
    if (!tree.isWhole && !isKnownToItsEnd(tree, incarnation, windowOf(order, segment, id))) continue;
    reads.ids[reads.count] = id;
    reads.hosts[reads.count] = segment.host;
    reads.workers[reads.count] = segment.worker;
    reads.files[reads.count] = file;
    reads.count++;
  }
}

const reading = kindTable(readKinds);

/** Where the reads of each file are to lie, and by file of the registers where its next one goes. */
function spansOf(
  registers: Registers,
  { count, files: fileOf }: JudgedReads,
): { readonly files: readonly FileSpan[]; readonly next: Uint32Array } {
  const next = new Uint32Array(registers.files);
  for (let read = 0; read < count; read++) next[fileOf[read] ?? 0] = (next[fileOf[read] ?? 0] ?? 0) + 1;
  const files: FileSpan[] = [];
  let start = 0;
  for (let file = 0; file < next.length; file++) {
    const end = start + (next[file] ?? 0);
    next[file] = start;
    if (end > start) files.push({ changes: registers.changesOf(file), start, end });
    start = end;
  }
  return { files, next };
}

function newReads(count: number): Omit<StressReads, 'count' | 'files'> {
  return {
    ids: new Uint32Array(count),
    hosts: new Uint32Array(count),
    workers: new Uint32Array(count),
    firsts: new Uint32Array(count),
    ends: new Uint32Array(count),
    generations: new Uint32Array(count),
    ended: new Float64Array(count),
    startsNs: new Float64Array(count),
    endsNs: new Float64Array(count),
    bounds: { starts: new Float64Array(count), ends: new Float64Array(count) },
  };
}

function isGoodData({ views }: Segment, at: number): boolean {
  if (views.u8[at * 64 + layout.outcome] !== outcomes.ok) return false;
  const content = views.u8[at * 64 + layout.content] ?? 0;
  return content === contents.data || isStampedCut({ content, target: views.u32[at * 16 + layout.target] ?? 0 });
}

type MayBeCopy = (name: NameState, incarnation: number) => boolean;

/** Undefined where it is not to be judged: of a stamp that can't be under this name the finding is another (D07). */
function incarnationSeen(
  { tree, looks, registers }: ReadsInput,
  { segment, at, isPerhapsCopy }: { segment: Segment; at: number; isPerhapsCopy: MayBeCopy },
): number | undefined {
  const { u16, u32 } = segment.views;
  if (!isGoodData(segment, at) || u16[at * 32 + layout.creator] !== tree.owner) return undefined;
  const incarnation = u32[at * 16 + layout.incarnation] ?? 0;
  const there = looks.fileAt(segment.firstId + at);
  // A copy shows what its source was when it was made, which is no old answer.
  if (there !== undefined && there !== incarnation && registers.copies.has(there)) return undefined;
  const name = tree.names.get(u32[at * 16 + layout.name] ?? 0);
  if (name?.bound.has(incarnation) !== true) return undefined;
  return there === incarnation || !isPerhapsCopy(name, incarnation) ? incarnation : undefined;
}

/** Whether another file that was ever under a name began as a copy: counted once a name. */
function copiesOf({ copies }: Registers): MayBeCopy {
  const counts = new Map<NameState, number>();
  const countIn = (name: NameState): number => {
    let count = 0;
    for (const incarnation of name.bound) if (copies.has(incarnation)) count++;
    counts.set(name, count);
    return count;
  };
  return (name, incarnation) => (counts.get(name) ?? countIn(name)) > (copies.has(incarnation) ? 1 : 0);
}
