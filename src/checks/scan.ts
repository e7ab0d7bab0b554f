/** What the hosts saw of one tree in verify: which names, and in which listings a name that is missing was really absent. */
import { errnoNameOf } from '../model/errno.ts';
import { outcomes, readFlags, recordKinds } from '../model/record.ts';
import { objectOf } from '../model/namespace.ts';
import { isElsewhere, type Evidence } from './evidence.ts';
import { entryAt, type Entry, type Segment } from './record-log.ts';
import { inVerify } from './phases.ts';

/** One host saw one name in one of its scans. */
export interface NameSighting {
  readonly host: number;
  readonly pass: number;
  /** Id of the record. */
  readonly id: number;
  /** Undefined: listed, but its size couldn't be asked. */
  readonly size: number | undefined;
  /** It was listed, and then there was nothing of that name. */
  readonly isGone: boolean;
}

/** One host's listing of one folder. */
export interface Listing {
  readonly host: number;
  readonly pass: number;
  readonly id: number;
  /** Every name that was listed is recorded, so that what isn't recorded wasn't there. */
  readonly isComplete: boolean;
}

export interface Scan {
  readonly names: ReadonlyMap<number, readonly NameSighting[]>;
  /** Every listing of a folder: at most two a host. */
  listings(folder: number): readonly Listing[];
  /** The last listing of a folder by each host that listed it. */
  finalListings(folder: number): readonly Listing[];
  /** Chunks that were read of a name, the most of any host. */
  chunksRead(name: number): number | undefined;
}

export function readScan(evidence: Evidence, owner: number): Scan {
  const reader = new ScanReader(evidence);
  const isHere = (segment: Segment): boolean => inVerify(segment) && !isElsewhere(evidence.facts, segment.host, owner);
  evidence.log.visit(owner, (segment, at) => reader.take(entryAt(segment, at)), isHere);
  return reader;
}

interface OpenListing {
  readonly entry: Entry;
  readonly listed: number;
  seen: number;
}

class ScanReader implements Scan {
  readonly names = new Map<number, NameSighting[]>();
  readonly #evidence: Evidence;
  /** By host, folder and pass. */
  readonly #listings = new Map<string, OpenListing>();
  /** Chunks by name, and by host and pass: a file of many runs is read by several operations. */
  readonly #reads = new Map<number, Map<string, number>>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  take(entry: Entry): void {
    const { record } = entry;
    switch (record.kind) {
      case recordKinds.scanList:
        if (isAnswered(entry, this.#evidence)) this.#takeListing(entry);
        return;
      case recordKinds.scanEntry:
        return this.#takeName(entry);
      case recordKinds.scanRead:
      case recordKinds.observe:
        if (record.outcome === outcomes.ok) this.#takeRead(entry);
    }
  }

  listings(folder: number): readonly Listing[] {
    return this.#evidence.hosts.flatMap((_, host) =>
      [0, 1].flatMap((pass) => {
        const listing = this.#listings.get(`${host}/${folder}/${pass}`);
        return listing === undefined ? [] : [this.#listing(listing)];
      }),
    );
  }

  finalListings(folder: number): readonly Listing[] {
    const all = this.listings(folder);
    return all.filter(({ host }, at) => all[at + 1]?.host !== host);
  }

  chunksRead(name: number): number | undefined {
    const chunks = this.#reads.get(name);
    return chunks === undefined ? undefined : [...chunks.values()].reduce((most, count) => Math.max(most, count), 0);
  }

  #listing({ entry, seen, listed }: OpenListing): Listing {
    const hasVerified = this.#evidence.hosts[entry.host]?.hasVerified === true;
    const isComplete = seen >= listed || (hasVerified && this.#evidence.whole.has(entry.worker));
    return { host: entry.host, pass: passOf(entry), id: entry.id, isComplete };
  }

  #takeListing(entry: Entry): void {
    const listed = entry.record.outcome === outcomes.ok ? entry.record.size : 0;
    this.#listings.set(keyOf(entry), { entry, listed, seen: 0 });
  }

  #takeName(entry: Entry): void {
    const { record, host, id } = entry;
    const size = record.outcome === outcomes.ok ? record.size : undefined;
    const isGone = size === undefined && isAnswered(entry, this.#evidence);
    const sighting = { host, pass: passOf(entry), id, size, isGone };
    const known = this.names.get(record.name);
    if (known === undefined) this.names.set(record.name, [sighting]);
    else known.push(sighting);
    const listing = this.#listings.get(keyOf(entry));
    if (listing !== undefined) listing.seen++;
  }

  #takeRead(entry: Entry): void {
    const { record, host } = entry;
    const chunks = this.#reads.get(record.name) ?? new Map<string, number>();
    const key = `${host}/${passOf(entry)}`;
    chunks.set(key, (chunks.get(key) ?? 0) + record.count);
    this.#reads.set(record.name, chunks);
  }
}

function keyOf(entry: Entry): string {
  return `${entry.host}/${objectOf(entry.record.name).folder}/${passOf(entry)}`;
}

function passOf({ record }: Entry): number {
  return record.flags & readFlags.secondScan;
}

/** That nothing is there is an answer too. */
function isAnswered({ record, host }: Entry, evidence: Evidence): boolean {
  if (record.outcome === outcomes.ok) return true;
  const platform = evidence.hosts[host]?.client.platform ?? '';
  return record.outcome === outcomes.error && errnoNameOf(record.errno, platform) === 'ENOENT';
}
