/**
 * Reads that went back in time: one certainly came after another, and saw an older generation. After: in the program order
 * of a worker, by the clock of a host, or by the bounds of all clocks.
 */
import { isTimed, type Evidence } from './evidence.ts';
import { writeAt } from './registers.ts';
import { compare, convict, splitWhere, type FileReads, type Times } from './file-reads.ts';

export function findNonMonotonic(group: FileReads, evidence: Evidence): void {
  const { reads, file } = group;
  if (!hasTwoGenerations(group)) return;
  const hosts = partsOf(file, reads.hosts);
  for (const host of hosts) {
    const workers = partsOf(host, reads.workers);
    for (const worker of workers) walkProgram(group, worker);
    if (workers.length > 1 && isTimed(evidence, reads.hosts[host[0] ?? 0] ?? 0))
      walkTime(group, host, { starts: reads.startsNs, ends: reads.endsNs });
  }
  if (hosts.length > 1) walkTime(group, file, boundsOf(group, evidence));
}

/** Most files are read in one state: nothing can be older there. */
function hasTwoGenerations({ reads, file }: FileReads): boolean {
  const first = reads.generations[file[0] ?? 0];
  return file.some((place) => reads.generations[place] !== first);
}

function partsOf(places: Uint32Array, column: Uint32Array): readonly Uint32Array[] {
  return splitWhere(
    places.slice().sort((a, b) => (column[a] ?? 0) - (column[b] ?? 0)),
    column,
  );
}

/** Where each read lies on the controller's clock at its widest; nowhere, where a clock isn't known. */
function boundsOf({ reads, file, bounds }: FileReads, evidence: Evidence): Times {
  for (const place of file) {
    const clock = evidence.hosts[reads.hosts[place] ?? 0]?.clock;
    bounds.starts[place] = clock?.toController(reads.startsNs[place] ?? 0)?.low ?? -Infinity;
    bounds.ends[place] = clock?.toController(reads.endsNs[place] ?? 0)?.high ?? Infinity;
  }
  return bounds;
}

function walkProgram(group: FileReads, worker: Uint32Array): void {
  if (worker.length < 2) return;
  const { ids } = group.reads;
  const shown = new Uint32Array(group.width);
  for (const place of worker.slice().sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0))) {
    judge(group, shown, place);
    show(group, shown, place);
  }
}

function walkTime(group: FileReads, places: Uint32Array, { starts, ends }: Times): void {
  const shown = new Uint32Array(group.width);
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
