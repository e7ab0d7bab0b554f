/**
 * How long after a change had ended reads of other hosts still saw what was there before, and by when they had seen it. A read lies
 * between its two ends, a time of another host between two bounds: so it took at least from the latest end of the change to the
 * earliest begin of the last read that was old, and at most from its earliest end to the latest end of the first that was new.
 */
import { bucketOf } from '../../model/histogram.ts';
import type { Interval } from '../../model/ping.ts';
import { hostOf, type Evidence } from '../journal/evidence.ts';
import { widthOf, type FileReads, type StaleRead } from './file-reads.ts';
import { firstMissed, writeAt, type FileChanges } from '../tree/registers.ts';

/** Of the changes of one host, as another host saw them. Sums of these, in any order, are the same. */
export interface PairCounts {
  readonly atLeast: Map<number, number>;
  readonly atMost: Map<number, number>;
  changes: number;
  unseen: number;
  maxAtLeastNs: number;
  maxAtMostNs: number;
  boundNs: number;
}

export interface Latencies {
  /** By reader; the writer is the owner's host. */
  readonly pairs: Map<number, PairCounts>;
  untimed: number;
  /** Reads by other hosts that certainly came after a change of their file, and so might have missed it. */
  readsAfterChange: number;
}

export function newLatencies(): Latencies {
  return { pairs: new Map(), untimed: 0, readsAfterChange: 0 };
}

/** What one host's reads say of one change; times of its own clock. */
interface Sample {
  readonly reader: number;
  readonly change: number;
  lastOldNs: number | undefined;
  firstNewNs: number | undefined;
}

/** Changes that were missed: by reader and change, and by reader and chunk. */
interface Late {
  readonly width: number;
  readonly samples: Map<number, Sample>;
  readonly byChunk: Map<number, Sample[]>;
}

/** Reads of a file by one host: from place `start` to before `end`. */
interface ReaderSpan {
  readonly reader: number;
  readonly start: number;
  readonly end: number;
  readonly late: Late;
}

/** Of one tree, file by file. */
export class LatencyGatherer {
  readonly #evidence: Evidence;
  readonly #home: number;
  readonly #into: Latencies;
  /** By change of the file: the first read of one reader that saw it, from 1. */
  readonly #firsts: Uint32Array;

  constructor(
    {
      evidence,
      owner,
      mostChanges,
    }: { readonly evidence: Evidence; readonly owner: number; readonly mostChanges: number },
    into: Latencies,
  ) {
    this.#evidence = evidence;
    this.#home = hostOf(evidence.facts, owner);
    this.#into = into;
    this.#firsts = new Uint32Array(mostChanges);
  }

  /** `stale` are those of this file. */
  take(group: FileReads, stale: readonly StaleRead[]): void {
    const { reads, start, end, changes } = group;
    const [evidence, home] = [this.#evidence, this.#home];
    const late = stale.length === 0 ? noneLate : { width: widthOf(group), byChunk: new Map(), samples: new Map() };
    for (const one of stale) takeOld({ evidence, home, changes, late }, one);
    // The log has them host by host.
    for (let from = start, to = start; from < end; from = to) {
      const reader = reads.hosts[from] ?? 0;
      while (to < end && reads.hosts[to] === reader) to++;
      if (reader !== home) this.#takeReader(group, { reader, start: from, end: to, late });
    }
    for (const sample of late.samples.values()) this.#add(changes, sample);
  }

  #takeReader(group: FileReads, { reader, start, end, late }: ReaderSpan): void {
    const { reads, changes, sawFuture } = group;
    const { from, to } = changes;
    const firstId = from === to ? Infinity : (changes.columns.ids[from] ?? Infinity);
    const firsts = this.#firsts;
    let [low, high] = [to, from];
    for (let place = start; place < end; place++) {
      if (sawFuture[place] === 1) continue;
      if ((reads.ended[place] ?? 0) > firstId) this.#into.readsAfterChange++;
      if (late.byChunk.size > 0) takeLate(group, { reader, late }, place);
      const change = writeAt(changes, reads.firsts[place] ?? 0, reads.generations[place] ?? 0);
      if (change === undefined) continue;
      const known = firsts[change - from] ?? 0;
      const isFirst = (reads.endsNs[place] ?? 0) < (known === 0 ? Infinity : (reads.endsNs[known - 1] ?? 0));
      if (isFirst) firsts[change - from] = place + 1;
      low = Math.min(low, change);
      high = Math.max(high, change + 1);
    }
    for (let change = low; change < high; change++) {
      const place = (firsts[change - from] ?? 0) - 1;
      firsts[change - from] = 0;
      if (place < 0 || late.samples.has(keyOf(changes, reader, change))) continue;
      this.#add(changes, { reader, change, lastOldNs: undefined, firstNewNs: reads.endsNs[place] ?? 0 });
    }
  }

  #add(changes: FileChanges, { reader, change, lastOldNs, firstNewNs }: Sample): void {
    const { hosts } = this.#evidence;
    const into = this.#into;
    const owners = hosts[this.#home]?.clock;
    const clock = hosts[reader]?.clock;
    const endNs = changes.columns.endsNs[change] ?? NaN;
    const end = owners?.toController(endNs);
    const old = lastOldNs === undefined ? noWidth : clock?.toController(lastOldNs);
    const fresh = firstNewNs === undefined ? noWidth : clock?.toController(firstNewNs);
    if (end === undefined || old === undefined || fresh === undefined) {
      into.untimed++;
      return;
    }
    let pair = into.pairs.get(reader);
    if (pair === undefined) into.pairs.set(reader, (pair = newPair()));
    const least = lastOldNs === undefined ? 0 : Math.max(0, old.low - end.high);
    pair.changes++;
    count(pair.atLeast, least);
    pair.maxAtLeastNs = Math.max(pair.maxAtLeastNs, least);
    const widths = Math.max(old.high - old.low, fresh.high - fresh.low);
    pair.boundNs = Math.max(pair.boundNs, end.high - end.low + widths);
    if (firstNewNs === undefined) {
      pair.unseen++;
      return;
    }
    const most = Math.max(0, fresh.high - end.low);
    count(pair.atMost, most);
    pair.maxAtMostNs = Math.max(pair.maxAtMostNs, most);
  }
}

/** In place of a read that there wasn't: it adds no width. */
const noWidth: Interval = { low: 0, high: 0 };

/** Of a file that nobody saw late. */
const noneLate: Late = { width: 0, byChunk: new Map(), samples: new Map() };

/** The first change that it missed is the one that it missed for longest. */
function takeOld(
  given: { readonly evidence: Evidence; readonly home: number; readonly changes: FileChanges; readonly late: Late },
  { code, id, chunk, generation }: StaleRead,
): void {
  const { evidence, home, changes, late } = given;
  const read = evidence.log.entry(id);
  if (code !== 'D12' || read === undefined || read.host === home) return;
  const missed = firstMissed(changes, chunk, generation);
  if (missed === undefined) return;
  const key = keyOf(changes, read.host, missed);
  const { startNs } = read.record;
  const known = late.samples.get(key);
  if (known !== undefined) {
    known.lastOldNs = Math.max(known.lastOldNs ?? 0, startNs);
    return;
  }
  const sample: Sample = { reader: read.host, change: missed, lastOldNs: startNs, firstNewNs: undefined };
  late.samples.set(key, sample);
  const place = read.host * late.width + chunk;
  const beside = late.byChunk.get(place);
  if (beside === undefined) late.byChunk.set(place, [sample]);
  else beside.push(sample);
}

/** Of what was seen old, only what was seen new after that, or newer still, says when that was over. */
function takeLate(
  { reads, changes }: FileReads,
  { reader, late }: { readonly reader: number; readonly late: Late },
  place: number,
): void {
  const generation = reads.generations[place] ?? 0;
  const startNs = reads.startsNs[place] ?? 0;
  const endNs = reads.endsNs[place] ?? 0;
  for (let at = reads.firsts[place] ?? 0; at < (reads.ends[place] ?? 0); at++) {
    for (const sample of late.byChunk.get(reader * late.width + at) ?? []) {
      const isNew = generation >= (changes.columns.generations[sample.change] ?? Infinity);
      if (!isNew || startNs <= (sample.lastOldNs ?? 0)) continue;
      sample.firstNewNs = Math.min(sample.firstNewNs ?? Infinity, endNs);
    }
  }
}

function keyOf({ from, to }: FileChanges, reader: number, change: number): number {
  return reader * (to - from) + change - from;
}

function newPair(): PairCounts {
  const empty = { changes: 0, unseen: 0, maxAtLeastNs: 0, maxAtMostNs: 0, boundNs: 0 };
  return { atLeast: new Map(), atMost: new Map(), ...empty };
}

function count(counts: Map<number, number>, ns: number): void {
  const bucket = bucketOf(ns);
  counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
}

/** Both together: nothing but sums and maxima. */
export function joinPairs(a: PairCounts | undefined, b: PairCounts): PairCounts {
  const joined = a ?? newPair();
  for (const side of ['atLeast', 'atMost'] as const) {
    for (const [bucket, times] of b[side]) joined[side].set(bucket, (joined[side].get(bucket) ?? 0) + times);
  }
  joined.changes += b.changes;
  joined.unseen += b.unseen;
  joined.maxAtLeastNs = Math.max(joined.maxAtLeastNs, b.maxAtLeastNs);
  joined.maxAtMostNs = Math.max(joined.maxAtMostNs, b.maxAtMostNs);
  joined.boundNs = Math.max(joined.boundNs, b.boundNs);
  return joined;
}
