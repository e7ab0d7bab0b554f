/**
 * What workers read of one tree during stress, run by run, where it was good data of a file that may have been there: as
 * columns of numbers, because reads are the most records of a run.
 */
import { contents, layout, outcomes, recordKinds } from '../model/record.ts';
import { isElsewhere, type Evidence } from './evidence.ts';
import { windowOf, type Order } from './order.ts';
import { inStress } from './phases.ts';
import type { Segment, Visitor } from './record-log.ts';
import type { Registers } from './registers.ts';
import type { NameState, Tree } from './tree.ts';
import { steadyValue } from './steps.ts';

/** One run of chunks is one place in every column. */
export interface StressReads {
  readonly count: number;
  readonly ids: Uint32Array;
  readonly hosts: Uint32Array;
  readonly workers: Uint32Array;
  readonly incarnations: Uint32Array;
  readonly firsts: Uint32Array;
  /** Past the last chunk. */
  readonly ends: Uint32Array;
  readonly generations: Uint32Array;
  /** The owner's changes with ids below this had certainly ended. */
  readonly ended: Float64Array;
  readonly startsNs: Float64Array;
  readonly endsNs: Float64Array;
}

export interface ReadsInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
  readonly registers: Registers;
}

export function gatherReads(input: ReadsInput): StressReads {
  const { evidence, tree, order } = input;
  const isHere = (segment: Segment): boolean =>
    inStress(segment) && !isElsewhere(evidence.facts, segment.host, tree.owner);
  let most = 0;
  const measure: Visitor = (segment, at) => {
    if (isGoodData(segment, at)) most++;
  };
  evidence.log.visit(tree.owner, measure, isHere);
  const reads = newReads(most);
  const isPerhapsCopy = copiesOf(input);
  let count = 0;
  const take: Visitor = (segment, at) => {
    if (!isGoodData(segment, at) || !isJudged(input, { segment, at, isPerhapsCopy })) return;
    const { u32, f64 } = segment.views;
    const first = u32[at * 16 + layout.first] ?? 0;
    reads.ids[count] = segment.firstId + at;
    reads.hosts[count] = segment.host;
    reads.workers[count] = segment.worker;
    reads.incarnations[count] = u32[at * 16 + layout.incarnation] ?? 0;
    reads.firsts[count] = first;
    reads.ends[count] = Math.min(first + (u32[at * 16 + layout.count] ?? 0), evidence.facts.maxChunks);
    reads.generations[count] = u32[at * 16 + layout.generation] ?? 0;
    reads.ended[count] = order.ended(segment, at);
    reads.startsNs[count] = f64[at * 8 + layout.startNs] ?? 0;
    reads.endsNs[count] = f64[at * 8 + layout.endNs] ?? 0;
    count++;
  };
  evidence.log.visit(tree.owner, take, isHere);
  return { ...reads, count };
}

function newReads(most: number): Omit<StressReads, 'count'> {
  return {
    ids: new Uint32Array(most),
    hosts: new Uint32Array(most),
    workers: new Uint32Array(most),
    incarnations: new Uint32Array(most),
    firsts: new Uint32Array(most),
    ends: new Uint32Array(most),
    generations: new Uint32Array(most),
    ended: new Float64Array(most),
    startsNs: new Float64Array(most),
    endsNs: new Float64Array(most),
  };
}

function isGoodData({ views }: Segment, at: number): boolean {
  if (views.u8[at * 64 + layout.outcome] !== outcomes.ok) return false;
  const kind = views.u8[at * 64 + layout.kind];
  return (
    (kind === recordKinds.read || kind === recordKinds.observe) && views.u8[at * 64 + layout.content] === contents.data
  );
}

type MayBeCopy = (name: NameState, incarnation: number) => boolean;

/** Of a stamp that can't be under this name the finding is another (D07). */
function isJudged(
  { tree, order, registers }: ReadsInput,
  { segment, at, isPerhapsCopy }: { segment: Segment; at: number; isPerhapsCopy: MayBeCopy },
): boolean {
  const { u16, u32 } = segment.views;
  const incarnation = u32[at * 16 + layout.incarnation] ?? 0;
  const name = tree.names.get(u32[at * 16 + layout.name] ?? 0);
  if (u16[at * 32 + layout.creator] !== tree.owner || name?.bound.has(incarnation) !== true) return false;
  if (registers.files.get(incarnation)?.isSound !== true) return false;
  // A copy shows what its source was when it was made, which is no old answer.
  return !isPerhapsCopy(name, incarnation) || steadyValue(name.steps, windowOf(order, segment, at)) === incarnation;
}

/** Whether another file that was ever under a name began as a copy: counted once a name, and asked with every read. */
function copiesOf({ tree, registers: { copies } }: ReadsInput): MayBeCopy {
  const counts = new Map<NameState, number>();
  for (const name of tree.names.values()) {
    let count = 0;
    for (const incarnation of name.bound) if (copies.has(incarnation)) count++;
    counts.set(name, count);
  }
  return (name, incarnation) => (counts.get(name) ?? 0) > (copies.has(incarnation) ? 1 : 0);
}
