/**
 * Content of a write that returned an error. That is allowed: most errors leave it open what happened. But who believes that
 * a failed write changed nothing should know that on this file system it may.
 */
import type { Finding } from '../../model/finding.ts';
import { errnoNameOf } from '../../model/errno.ts';
import { pathOf } from '../../model/namespace.ts';
import { contents, layout, outcomes } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { hostOf, isElsewhere } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { errorTable, writeKinds } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import { entryAt, type Entry, type Segment } from '../journal/record-log.ts';
import { proofOf } from '../findings/proof.ts';
import { foundChunk, hostName, workerName } from '../findings/words.ts';

export const failedWrites: Check = {
  code: 'D16',
  claim: 'what a failed write was to store is not seen',
  examine(history) {
    const seen = history.trees.flatMap((owner) => sightingsOf(history, owner));
    return capFindings(seen, (sighting) => findingOf(history, sighting));
  },
};

const failures = errorTable(writeKinds);

/** By incarnation and generation: id of the write. */
type Failed = ReadonlyMap<number, ReadonlyMap<number, number>>;

interface Sighting {
  readonly write: number;
  readonly read: Entry;
  count: number;
}

function sightingsOf(history: History, owner: number): readonly Sighting[] {
  const failed = failedWritesOf(history, owner);
  if (failed.size === 0) return [];
  const sightings = new Map<number, Sighting>();
  history.log.visit(
    owner,
    (segment, at) => {
      const { u8, u16, u32 } = segment.views;
      const isData = u8[at * 64 + layout.content] === contents.data && u16[at * 32 + layout.creator] === owner;
      if (!isData || u8[at * 64 + layout.outcome] !== outcomes.ok) return;
      const generations = failed.get(u32[at * 16 + layout.incarnation] ?? 0);
      const write = generations?.get(u32[at * 16 + layout.generation] ?? 0);
      const known = write === undefined ? undefined : sightings.get(write);
      if (known !== undefined) known.count++;
      else if (write !== undefined) sightings.set(write, { write, read: entryAt(segment, at), count: 1 });
    },
    ({ host }) => !isElsewhere(history.facts, host, owner),
  );
  return [...sightings.values()];
}

function failedWritesOf(history: History, owner: number): Failed {
  const { log } = history;
  const { u32 } = log.views;
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  const failed = new Map<number, Map<number, number>>();
  for (const id of log.places(owner, isOwn, failures)) {
    const incarnation = u32[id * 16 + layout.incarnation] ?? 0;
    const generations = failed.get(incarnation) ?? new Map<number, number>();
    failed.set(incarnation, generations.set(u32[id * 16 + layout.generation] ?? 0, id));
  }
  return failed;
}

function findingOf(history: History, { write, read, count }: Sighting): Finding {
  const { record } = read;
  const failed = history.log.entry(write);
  if (failed === undefined) throw new Error('a failed write without its record');
  const platform = history.hosts[hostOf(history.facts, failed.worker)]?.client.platform ?? '';
  const errno = errnoNameOf(failed.record.errno, platform);
  const by = `${workerName(history, failed.worker)}, its operation ${failed.record.sequence}`;
  const found = foundChunk(history, record, record.first);
  return {
    code: 'D16',
    grade: 'allowed',
    host: hostName(history, read.host),
    file: pathOf(record.owner, record.name),
    offset: record.first * history.facts.chunkBytes,
    count,
    expected: `perhaps what was there before: the write of ${by}, returned ${errno}`,
    found: `${found}; allowed: an error leaves it open what a write has stored`,
    ...proofOf(history, [write, read.id], { id: read.id, text: found }),
  };
}
