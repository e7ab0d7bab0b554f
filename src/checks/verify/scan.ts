/** What the hosts saw of one tree in verify: which names, and in which listings a name that is missing was really absent. */
import { errnoNameOf } from '../../model/errno.ts';
import { layout, outcomes, readFlags, recordKinds } from '../../model/record.ts';
import { folderOf } from '../../model/namespace.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { entryAt, type Entry, type Segment } from '../journal/record-log.ts';
import { kindTable } from '../journal/kinds.ts';
import { inVerify } from '../journal/phases.ts';

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
  evidence.log.visit(owner, (segment, at) => reader.take(segment, at), isHere, looks);
  return reader;
}

const looks = kindTable([recordKinds.scanList, recordKinds.scanEntry, recordKinds.scanRead, recordKinds.observe]);

interface OpenListing {
  readonly entry: Entry;
  readonly listed: number;
  seen: number;
}

class ScanReader implements Scan {
  readonly names = new Map<number, NameSighting[]>();
  readonly #evidence: Evidence;
  /** By folder, and then by host and one of its two scans. */
  readonly #listings = new Map<number, Map<number, OpenListing>>();
  readonly #listed = new Map<number, readonly Listing[]>();
  /** Chunks by name, and by host and pass: a file of many runs is read by several operations. */
  readonly #reads = new Map<number, Map<number, number>>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  take(segment: Segment, at: number): void {
    const { u8 } = segment.views;
    switch (u8[at * 64 + layout.kind] ?? 0) {
      case recordKinds.scanList: {
        const entry = entryAt(segment, at);
        if (isAnswered(entry, this.#evidence)) this.#takeListing(entry);
        return;
      }
      case recordKinds.scanEntry:
        return this.#takeName(segment, at);
      case recordKinds.scanRead:
      case recordKinds.observe:
        if (u8[at * 64 + layout.outcome] === outcomes.ok) this.#takeRead(segment, at);
    }
  }

  listings(folder: number): readonly Listing[] {
    const known = this.#listed.get(folder);
    if (known !== undefined) return known;
    const all = [...(this.#listings.get(folder)?.values() ?? [])].map((listing) => this.#listing(listing));
    const sorted = all.sort((a, b) => a.host - b.host || a.pass - b.pass);
    this.#listed.set(folder, sorted);
    return sorted;
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
    const folder = folderOf(entry.record.name);
    const ofFolder = this.#listings.get(folder) ?? new Map<number, OpenListing>();
    this.#listings.set(folder, ofFolder.set(entry.host * 2 + passOf(entry), { entry, listed, seen: 0 }));
  }

  #takeName(segment: Segment, at: number): void {
    const { u8, u32, f64 } = segment.views;
    const { host, firstId } = segment;
    const name = u32[at * 16 + layout.name] ?? 0;
    const pass = (u8[at * 64 + layout.flags] ?? 0) & readFlags.secondScan;
    const size = u8[at * 64 + layout.outcome] === outcomes.ok ? (f64[at * 8 + layout.size] ?? 0) : undefined;
    const isGone = size === undefined && isAnswered(entryAt(segment, at), this.#evidence);
    const sighting = { host, pass, id: firstId + at, size, isGone };
    const known = this.names.get(name);
    if (known === undefined) this.names.set(name, [sighting]);
    else known.push(sighting);
    const listing = this.#listings.get(folderOf(name))?.get(host * 2 + pass);
    if (listing !== undefined) listing.seen++;
  }

  #takeRead({ views: { u8, u32 }, host }: Segment, at: number): void {
    const name = u32[at * 16 + layout.name] ?? 0;
    const pass = (u8[at * 64 + layout.flags] ?? 0) & readFlags.secondScan;
    let chunks = this.#reads.get(name);
    if (chunks === undefined) this.#reads.set(name, (chunks = new Map()));
    const key = host * 2 + pass;
    chunks.set(key, (chunks.get(key) ?? 0) + (u32[at * 16 + layout.count] ?? 0));
  }
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
