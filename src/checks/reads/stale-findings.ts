/**
 * From stale reads, and those of the future, to findings: a chunk of an incarnation is one finding with a count of the reads that saw it old, and
 * neighbours that one read saw alike are one. What verify convicts isn't named again.
 */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { hostOf } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { judgeRead, pastCaches, type Judgement, type Reach } from '../findings/promise.ts';
import type { Entry } from '../journal/record-log.ts';
import type { StaleCode, StaleRead } from './file-reads.ts';
import { proofOf } from '../findings/proof.ts';
import { changeSince, changesOfIncarnation, type Registers } from '../tree/registers.ts';
import { foundChunk, hostName, workerName } from '../findings/words.ts';

export function staleFindings(history: History, code: StaleCode): readonly Finding[] {
  const runs: Run[] = [];
  for (const owner of history.trees) {
    runs.push(...runsOf(history, owner, code));
  }
  return capFindings(runs, (run) => findingOf(history, run));
}

interface Run {
  readonly owner: number;
  readonly reach: Reach;
  readonly first: StaleRead;
  chunks: number;
  sightings: number;
}

interface Sighted {
  readonly stale: StaleRead;
  readonly reach: Reach;
  sightings: number;
}

function runsOf(history: History, owner: number, code: StaleCode): readonly Run[] {
  const runs: Run[] = [];
  let last: StaleRead | undefined;
  for (const { stale, reach, sightings } of sightedChunks(history, owner, code)) {
    const run = runs.at(-1);
    const isNext = last?.id === stale.id && last.chunk + 1 === stale.chunk && last.change === stale.change;
    if (run !== undefined && isNext) {
      run.chunks++;
      run.sightings += sightings;
    } else runs.push({ owner, reach, first: stale, chunks: 1, sightings });
    last = stale;
  }
  return runs;
}

function sightedChunks(history: History, owner: number, code: StaleCode): Iterable<Sighted> {
  const all = history.staleReads(owner);
  // What was stale by a change, or is old for good, needs no second proof; that doesn't say how the future was seen.
  const known = new Set(
    code === 'D15'
      ? []
      : history
          .wrongChunks(owner)
          .flatMap(({ life, chunk, code: final }) =>
            life !== undefined && generationCodes.has(final) ? [keyOf(life, chunk)] : [],
          ),
  );
  const proofs = strongerThan[code];
  for (const stale of all) if (proofs.includes(stale.code)) known.add(keyOf(stale.incarnation, stale.chunk));
  const sighted = new Map<string, Sighted>();
  for (const stale of all) {
    const key = keyOf(stale.incarnation, stale.chunk);
    if (stale.code !== code || known.has(key)) continue;
    const reach = reachOf(history, owner, stale);
    const alike = `${reach}/${stale.isSuspect}/${key}`;
    const chunk = sighted.get(alike);
    if (chunk === undefined) sighted.set(alike, { stale, reach, sightings: 1 });
    else chunk.sightings++;
  }
  return sighted.values();
}

/** What is told of a chunk by one of these isn't told again. */
const strongerThan: Readonly<Record<StaleCode, readonly StaleCode[]>> = {
  D12: ['V01', 'V02'],
  D13: ['D12', 'D14', 'V01', 'V02'],
  D14: [],
  D15: [],
  V01: [],
  V02: ['V01'],
};

/** Judged in verify by the generation that is left. */
const generationCodes: ReadonlySet<string> = new Set(['D04', 'D18', 'D20', 'D21', 'D22', 'D23']);

function keyOf(incarnation: number, chunk: number): string {
  return `${incarnation}/${chunk}`;
}

function reachOf(history: History, owner: number, { id, shownBy }: StaleRead): Reach {
  const home = hostOf(history.facts, owner);
  const isHome = [id, shownBy].every((one) => history.log.entry(one)?.host === home);
  return isHome ? 'same client' : 'other client';
}

function findingOf(history: History, { owner, reach, first, chunks, sightings }: Run): Finding {
  const entry = history.log.entry(first.id);
  if (entry === undefined) throw new Error('a stale read without its record');
  const { grade, clause } = judge(history, first, reach);
  const found = foundChunk(history, entry.record, first.chunk);
  const seen = changeSeen(history.registers(owner), first);
  return {
    code: first.code,
    grade,
    host: hostName(history, entry.host),
    file: pathOf(owner, entry.record.name),
    offset: first.chunk * history.facts.chunkBytes,
    count: sightings,
    expected: expectedText(history, owner, first),
    found: `${found}${chunks === 1 ? '' : `; ${chunks} chunks of the file like this`}${clause}`,
    ...proofOf(history, [seen, first.change, first.shownBy, entry.id], { id: entry.id, text: found }),
  };
}

/** The id of the change that left what was seen. */
function changeSeen(registers: Registers, { incarnation, generation }: StaleRead): number | undefined {
  const changes = changesOfIncarnation(registers, incarnation);
  const at = changes === undefined ? 0 : changeSince(changes, generation);
  return changes === undefined || at === changes.to || changes.columns.generations[at] !== generation
    ? undefined
    : changes.columns.ids[at];
}

/** No file system may show the future, but clocks may be off by more than is thought. */
function judge({ consistency }: History, { code, isSuspect }: StaleRead, reach: Reach): Judgement {
  if (code === 'V02') return { grade: 'suspect', clause: `; suspect: ${pastCaches}` };
  if (code !== 'D15' && code !== 'V01') return judgeRead(consistency, reach);
  if (!isSuspect) return { grade: 'proven', clause: '' };
  return { grade: 'suspect', clause: '; suspect: nothing but the bounds of two clocks says which came first' };
}

function expectedText(history: History, owner: number, stale: StaleRead): string {
  const change = history.log.entry(stale.change);
  const by =
    change === undefined ? '' : ` of ${workerName(history, change.worker)}, its operation ${change.record.sequence},`;
  const least = `generation ${stale.newerGeneration} or newer of chunk ${stale.chunk} of ${fileOf(change, owner)}: the change${by}`;
  switch (stale.code) {
    case 'D12':
    case 'V02':
      return `${least} had certainly ended before the read began`;
    case 'V01':
      return `${least} had certainly ended, and its file been closed, long before the file was opened to read`;
    case 'D13':
      return `${least} had been seen by a read that certainly ended before this one began`;
    case 'D14':
      return `${least} was the reader's own, acknowledged before it read`;
    case 'D15':
      return `an older generation of chunk ${stale.chunk} of ${fileOf(change, owner)}: the write${by} certainly began after the read had ended`;
  }
}

/** As it was called when it was changed. */
function fileOf(change: Entry | undefined, owner: number): string {
  return change === undefined ? 'the file' : pathOf(owner, change.record.name);
}
