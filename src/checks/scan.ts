/** What the hosts saw of one tree in verify: which names, and in which listings a name that is missing was really absent. */
import { outcomes, readFlags, recordKinds } from '../model/journal.ts';
import { objectOf } from '../model/namespace.ts';
import { errnoName } from './effect.ts';
import { isElsewhere, type Evidence } from './evidence.ts';
import { entryAt, type Entry } from './record-log.ts';
import { verifyPhase } from './phases.ts';

/** One host saw one name in one of its scans. */
export interface NameSighting {
  readonly host: number;
  readonly pass: number;
  /** Id of the record. */
  readonly id: number;
  /** Undefined: listed, but its size couldn't be asked. */
  readonly size: number | undefined;
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
  /** The last listing of a folder by each host that listed it. */
  finalListings(folder: number): readonly Listing[];
  /** Chunks that were read of a name, the most of any host. */
  chunksRead(name: number): number | undefined;
}

export function readScan(evidence: Evidence, owner: number): Scan {
  const names = new Map<number, NameSighting[]>();
  const listings = new Map<string, Listing & { folder: number; listed: number; seen: number; worker: number }>();
  const reads = new Map<number, Map<string, number>>();
  evidence.log.visit(owner, (segment, at) => {
    if (segment.phase !== verifyPhase) return;
    const entry = entryAt(segment, at);
    const { record, host, id, worker } = entry;
    if (isElsewhere(evidence.facts, host, owner)) return;
    const pass = record.flags & readFlags.secondScan;
    switch (record.kind) {
      case recordKinds.scanList: {
        if (!isAnswered(entry, evidence)) return;
        const { folder } = objectOf(record.name);
        const listed = record.outcome === outcomes.ok ? record.size : 0;
        listings.set(`${host}/${folder}/${pass}`, {
          host,
          pass,
          id,
          isComplete: false,
          folder,
          listed,
          seen: 0,
          worker,
        });
        return;
      }
      case recordKinds.scanEntry: {
        const sighting = { host, pass, id, size: record.outcome === outcomes.ok ? record.size : undefined };
        const known = names.get(record.name);
        if (known === undefined) names.set(record.name, [sighting]);
        else known.push(sighting);
        const listing = listings.get(`${host}/${objectOf(record.name).folder}/${pass}`);
        if (listing !== undefined) listing.seen++;
        return;
      }
      case recordKinds.scanRead:
      case recordKinds.observe: {
        if (record.outcome !== outcomes.ok) return;
        const chunks = reads.get(record.name) ?? new Map<string, number>();
        // A file of many runs is read by several operations.
        const key = `${host}/${pass}`;
        chunks.set(key, (chunks.get(key) ?? 0) + record.count);
        reads.set(record.name, chunks);
      }
    }
  });
  return {
    names,
    finalListings: (folder) =>
      evidence.hosts.flatMap((host, index) => {
        const last = listings.get(`${index}/${folder}/1`) ?? listings.get(`${index}/${folder}/0`);
        if (last === undefined) return [];
        const { pass, id } = last;
        const isComplete = last.seen >= last.listed || (host.hasVerified && evidence.whole.has(last.worker));
        return [{ host: index, pass, id, isComplete }];
      }),
    chunksRead: (name) => {
      const chunks = reads.get(name);
      return chunks === undefined ? undefined : [...chunks.values()].reduce((most, count) => Math.max(most, count), 0);
    },
  };
}

/** A folder that is gone is an answer too: setup had made it. */
function isAnswered({ record, host }: Entry, evidence: Evidence): boolean {
  if (record.outcome === outcomes.ok) return true;
  const platform = evidence.hosts[host]?.client.platform ?? '';
  return record.outcome === outcomes.error && errnoName(record.errno, platform) === 'ENOENT';
}
