/**
 * Which reads of a file need no second look: nearly all files were read as they had to be, and need no sorting. A read's level is
 * how many of the file's changes it shows to have been made: those that had ended before it began, and those up to what it
 * saw. Where every read saw the newest that had ended, what was seen of a chunk can only have gone back between two reads of which
 * the first has the higher level.
 */
import { changesBefore, changeSince, type FileChanges } from '../tree/registers.ts';
import { compare, type FileReads } from './file-reads.ts';
import type { StressReads, Times } from './stress-reads.ts';

/**
 * As every read saw, in each of its chunks, what the newest change left that had ended before it; some of them what was perhaps
 * only being written then; or one of them perhaps an older one.
 */
export type Newness = 'newest' | 'ahead' | 'old';

/** Of one tree, file by file: the last one that was taken is asked about. */
export class ReadLevels {
  readonly #reads: StressReads;
  /** By read. */
  readonly #levels: Uint32Array;
  /** Places of those that saw what was perhaps only being written. */
  readonly #ahead: number[] = [];
  #lowest = 0;
  #highest = 0;
  /** By level. */
  readonly #latestStart: Float64Array;
  readonly #earliestEnd: Float64Array;
  /** By worker: the last read so far, from 1. */
  readonly #last: Uint32Array;

  constructor(reads: StressReads, { mostChanges, owners }: { readonly mostChanges: number; readonly owners: number }) {
    this.#reads = reads;
    this.#levels = new Uint32Array(reads.count);
    this.#latestStart = new Float64Array(mostChanges + 1);
    this.#earliestEnd = new Float64Array(mostChanges + 1);
    this.#last = new Uint32Array(owners);
  }

  take({ start, end, changes }: FileReads): Newness {
    const { generations, ended } = this.#reads;
    const { columns, from } = changes;
    this.#ahead.length = 0;
    this.#lowest = Infinity;
    this.#highest = 0;
    for (let place = start; place < end; place++) {
      const generation = generations[place] ?? 0;
      let next = changesBefore(changes, ended[place] ?? 0);
      const newest = next === from ? 0 : (columns.generations[next - 1] ?? 0);
      if (generation > newest) {
        this.#ahead.push(place);
        next = changeSince(changes, generation + 1);
      } else if (generation < newest && !isNewestOfAll(this.#reads, place, { changes, next })) return 'old';
      const level = next - from;
      this.#levels[place] = level;
      this.#lowest = Math.min(this.#lowest, level);
      this.#highest = Math.max(this.#highest, level);
    }
    return this.#ahead.length === 0 ? 'newest' : 'ahead';
  }

  /** In the order in which changes had ended before them. */
  ahead(): readonly number[] {
    const { ended } = this.#reads;
    return this.#ahead.sort((a, b) => compare(ended[a] ?? 0, ended[b] ?? 0));
  }

  /** Whether a read of higher level certainly came before one of a lower one: by the bounds of all clocks, by that of a host, or in program order. */
  mayGoBack({ start, end }: FileReads): boolean {
    if (this.#lowest === this.#highest) return false;
    const { hosts, startsNs, endsNs, bounds } = this.#reads;
    if (this.#isBack(start, end, bounds) || this.#isProgramBack(start, end)) return true;
    const ofHost = { starts: startsNs, ends: endsNs };
    // The log has them host by host.
    for (let from = start, to = start; from < end; from = to) {
      while (to < end && hosts[to] === hosts[from]) to++;
      if (to - from > 1 && this.#isBack(from, to, ofHost)) return true;
    }
    return false;
  }

  #isBack(from: number, to: number, { starts, ends }: Times): boolean {
    const [levels, latestStart, earliestEnd] = [this.#levels, this.#latestStart, this.#earliestEnd];
    const [lowest, highest] = [this.#lowest, this.#highest];
    for (let level = lowest; level <= highest; level++) {
      latestStart[level] = -Infinity;
      earliestEnd[level] = Infinity;
    }
    for (let place = from; place < to; place++) {
      const level = levels[place] ?? 0;
      const startNs = starts[place] ?? 0;
      const endNs = ends[place] ?? 0;
      if (startNs > (latestStart[level] ?? 0)) latestStart[level] = startNs;
      if (endNs < (earliestEnd[level] ?? 0)) earliestEnd[level] = endNs;
    }
    let endNs = Infinity;
    for (let level = highest; level > lowest; level--) {
      endNs = Math.min(endNs, earliestEnd[level] ?? Infinity);
      if (endNs < (latestStart[level - 1] ?? -Infinity)) return true;
    }
    return false;
  }

  /** Each worker's reads of the file lie in program order. */
  #isProgramBack(start: number, end: number): boolean {
    const [levels, last] = [this.#levels, this.#last];
    const { workers } = this.#reads;
    for (let place = start; place < end; place++) {
      const worker = workers[place] ?? 0;
      const before = (last[worker] ?? 0) - 1;
      if (before >= start && (levels[before] ?? 0) > (levels[place] ?? 0)) return true;
      last[worker] = place + 1;
    }
    return false;
  }
}

/** Changes that are newer than what a read saw, and were perhaps of other chunks: more than these are better looked through once for all reads. */
const maxNewer = 32;

/** Whether what is newer than what it saw, of the changes before `next`, was of other chunks than it read. */
function isNewestOfAll(
  reads: StressReads,
  place: number,
  { changes, next }: { readonly changes: FileChanges; readonly next: number },
): boolean {
  const generation = reads.generations[place] ?? 0;
  const [first, end] = [reads.firsts[place] ?? 0, reads.ends[place] ?? 0];
  const { generations, firsts, ends } = changes.columns;
  const least = Math.max(changes.from, next - maxNewer);
  for (let at = next - 1; at >= changes.from; at--) {
    if ((generations[at] ?? 0) <= generation) return true;
    const isOfRead = (firsts[at] ?? 0) < end && (ends[at] ?? 0) > first;
    if (isOfRead || at < least) return false;
  }
  return true;
}
