/**
 * Reads that went back in time: one certainly came after another, and saw an older generation. After: in the program order
 * of a worker, by the clock of a host, or by the bounds of all clocks.
 */
import { isTimed, type Evidence } from '../journal/evidence.ts';
import { writeAt } from '../tree/registers.ts';
import { compare, convict, placesOf, splitWhere, widthOf, type FileReads } from './file-reads.ts';
import type { Times } from './stress-reads.ts';

export function findNonMonotonic(group: FileReads, evidence: Evidence): void {
  const { reads } = group;
  const width = widthOf(group);
  const file = mixedReads(group, width);
  if (file.length < 2) return;
  const hosts = partsOf(file, reads.hosts);
  for (const host of hosts) {
    const workers = partsOf(host, reads.workers);
    for (const worker of workers) walkProgram(group, worker, width);
    if (workers.length > 1 && isTimed(evidence, reads.hosts[host[0] ?? 0] ?? 0))
      walkTime(group, host, { starts: reads.startsNs, ends: reads.endsNs, width });
  }
  if (hosts.length > 1) walkTime(group, file, { ...reads.bounds, width });
}

const noReads = new Uint32Array(0);

/** Reads that saw a chunk of which two generations were seen: most chunks are read in one state, and nothing can be older there. */
function mixedReads(group: FileReads, width: number): Uint32Array {
  const { reads, start, end: past } = group;
  const { generations, firsts, ends } = reads;
  let isAny = false;
  for (let place = start; place < past && !isAny; place++) isAny = generations[place] !== generations[start];
  if (!isAny) return noReads;
  const seen = new Float64Array(width).fill(-1);
  const isMixed = new Uint8Array(width);
  isAny = false;
  for (let place = start; place < past; place++) {
    const generation = generations[place] ?? 0;
    for (let chunk = firsts[place] ?? 0; chunk < (ends[place] ?? 0); chunk++) {
      if (seen[chunk] === -1) seen[chunk] = generation;
      else if (seen[chunk] !== generation) isAny = (isMixed[chunk] = 1) === 1;
    }
  }
  if (!isAny) return noReads;
  return placesOf(group).filter((place) => isMixed.subarray(firsts[place], ends[place]).includes(1));
}

function partsOf(places: Uint32Array, column: Uint32Array): readonly Uint32Array[] {
  return splitWhere(
    places.slice().sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0)),
    column,
  );
}

function walkProgram(group: FileReads, worker: Uint32Array, width: number): void {
  if (worker.length < 2) return;
  const { ids } = group.reads;
  const shown = new Uint32Array(width);
  for (const place of worker.slice().sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0))) {
    judge(group, shown, place);
    show(group, shown, place);
  }
}

function walkTime(
  group: FileReads,
  places: Uint32Array,
  { starts, ends, width }: Times & { readonly width: number },
): void {
  const shown = new Uint32Array(width);
  const byStart = places.slice().sort((a, b) => compare(starts[a] ?? 0, starts[b] ?? 0));
  const byEnd = places.slice().sort((a, b) => compare(ends[a] ?? 0, ends[b] ?? 0));
  let next = 0;
  for (const place of byStart) {
    const startNs = starts[place] ?? -Infinity;
    while (next < byEnd.length && (ends[byEnd[next] ?? 0] ?? Infinity) < startNs)
      show(group, shown, byEnd[next++] ?? 0);
    judge(group, shown, place);
  }
}

/** `shown`, by chunk: the read, from 1, that saw the newest generation of a certain write. */
function show({ reads, changes, sawFuture }: FileReads, shown: Uint32Array, place: number): void {
  if (sawFuture[place] === 1) return;
  const generation = reads.generations[place] ?? 0;
  for (let chunk = reads.firsts[place] ?? 0; chunk < (reads.ends[place] ?? 0); chunk++) {
    const known = shown[chunk] ?? 0;
    if (known > 0 && (reads.generations[known - 1] ?? 0) >= generation) continue;
    // A client may drop what a failed write left in its cache.
    if (writeAt(changes, chunk, generation) !== undefined) shown[chunk] = place + 1;
  }
}

function judge(group: FileReads, shown: Uint32Array, place: number): void {
  const { reads, changes, isConvicted } = group;
  if (isConvicted[place] === 1) return;
  const generation = reads.generations[place] ?? 0;
  for (let chunk = reads.firsts[place] ?? 0; chunk < (reads.ends[place] ?? 0); chunk++) {
    const earlier = (shown[chunk] ?? 0) - 1;
    if (earlier < 0 || (reads.generations[earlier] ?? 0) <= generation) continue;
    const change = writeAt(changes, chunk, reads.generations[earlier] ?? 0);
    if (change !== undefined) {
      convict(group, { code: 'D13', place, chunk, change, shownBy: reads.ids[earlier] ?? 0 });
    }
  }
}
