/**
 * What of one file is on the disk for sure, should the file system crash: what an acknowledged sync covers. A chunk that was
 * changed since may be as it was then or as any change since made it, or a mix of these.
 */
export interface Durable {
  /** By chunk that was changed since it was synced: the generation that it had then; 0 where that may be gone. */
  readonly unsynced: ReadonlyMap<number, number>;
  /** Of all sizes that the file had since. */
  readonly leastSize: number;
  readonly mostSize: number;
  /** Id of the last acknowledged sync. */
  readonly syncedBy: number | undefined;
}

export interface MutableDurable extends Durable {
  readonly unsynced: Map<number, number>;
  leastSize: number;
  mostSize: number;
  syncedBy: number | undefined;
  /** Writes return when they are on the disk. */
  readonly isSynchronous: boolean;
}

/** Of a file that was just made, empty or as a copy with that content. */
export function newDurable(
  isSynchronous: boolean,
  { chunks, size }: { readonly chunks: number; readonly size: number },
): MutableDurable {
  const unsynced = new Map(Array.from({ length: chunks }, (_, chunk) => [chunk, 0] as const));
  return { unsynced, leastSize: 0, mostSize: size, syncedBy: undefined, isSynchronous };
}

/** An acknowledged write of these chunks, with the size after it and the end of what it wrote; `generations` as they were. */
export function writeDurable(
  durable: MutableDurable,
  { first, end }: { readonly first: number; readonly end: number },
  after: { readonly generations: readonly number[]; readonly size: number; readonly writtenTo: number },
): void {
  // What lies between the old end and the first of these came to be there too.
  for (let chunk = Math.min(first, after.generations.length); chunk < end; chunk++) {
    const isWritten = chunk >= first;
    if (isWritten && durable.isSynchronous) durable.unsynced.delete(chunk);
    else if (!durable.unsynced.has(chunk)) durable.unsynced.set(chunk, after.generations[chunk] ?? 0);
  }
  durable.mostSize = Math.max(durable.mostSize, after.size);
  if (durable.isSynchronous) durable.leastSize = Math.max(durable.leastSize, after.writtenTo);
}

/** What is cut off, and what is zeros from now on, may be gone whatever comes after. */
export function truncateDurable(
  durable: MutableDurable,
  { size, from, to }: { readonly size: number; readonly from: number; readonly to: number },
): void {
  for (let chunk = from; chunk < to; chunk++) durable.unsynced.set(chunk, 0);
  durable.leastSize = Math.min(durable.leastSize, size);
  durable.mostSize = Math.max(durable.mostSize, size);
}

export function syncDurable(
  durable: MutableDurable,
  { size, by }: { readonly size: number; readonly by: number },
): void {
  durable.unsynced.clear();
  durable.leastSize = durable.mostSize = size;
  durable.syncedBy = by;
}
