/**
 * From wrong chunks to findings: what several hosts and both scans saw is one finding with a count of sightings, its host
 * the first that saw it; how neighbours fold is the code's own affair.
 */
import type { Promised } from '../../model/durability.ts';
import type { Finding, Grade } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { contents } from '../../model/record.ts';
import type { ChunkCode } from '../tree/classify.ts';
import type { History } from '../history.ts';
import { dissectorOf, keepForensics, type Subject } from './forensics.ts';
import { evidenceNoteOf } from '../journal/notes.ts';
import type { Entry } from '../journal/record-log.ts';
import { proofOf } from './proof.ts';
import { writeOfFound } from './provenance.ts';
import { expectedChunk, foundChunk, hostName } from './words.ts';
import type { WrongChunk } from '../verify/wrong-chunks.ts';

/** One finding a chunk; a run of neighbouring chunks; a file. */
export type Folding = 'chunk' | 'run' | 'file';

export function chunkFindings(history: History, code: ChunkCode, folding: Folding): readonly Finding[] {
  const groups: (readonly WrongChunk[])[] = [];
  for (const owner of history.trees) {
    const wrong = history.wrongChunks(owner).filter((candidate) => candidate.code === code);
    groups.push(...fold(wrong, folding));
  }
  const dissect = dissectorOf(history);
  return capFindings(groups, (group) => dissect(findingOf(history, group), subjectOf(history, group)));
}

/** A million equal failures stay readable: this many findings a check, and the last says how many more there were. */
const maxFindings = 1_000;

/** A finding of a part of a run, and how many more there were behind it that weren't made. */
export interface Found extends Finding {
  readonly more?: number;
}

/** Findings of some causes, made only for those that are kept. */
export function capFindings<T>(causes: readonly T[], make: (cause: T) => Finding): readonly Found[] {
  const kept = causes.slice(0, maxFindings).map(make);
  const last = kept.at(-1);
  const more = causes.length - kept.length;
  return last === undefined || more === 0 ? kept : [...kept.slice(0, -1), { ...last, more }];
}

/** All findings of one check, from all parts of a run, among hosts of these names. */
export function joinFindings(all: readonly Found[], hosts: readonly string[]): readonly Finding[] {
  const kept = keepForensics(all.slice(0, maxFindings).map(told), hosts);
  const rest = all.length - kept.length + all.reduce((sum, { more = 0 }) => sum + more, 0);
  const last = kept.at(-1);
  if (last === undefined || rest === 0) return kept;
  return [...kept.slice(0, -1), { ...last, count: last.count + rest, leftOut: rest }];
}

function told(found: Found): Finding {
  const { more: _, ...finding } = found;
  return finding;
}

/** Names in the order of their numbers. */
export function byName<T>(names: ReadonlyMap<number, T>): readonly (readonly [name: number, value: T])[] {
  return [...names].sort(([a], [b]) => a - b);
}

function fold(wrong: readonly WrongChunk[], folding: Folding): readonly (readonly WrongChunk[])[] {
  const groups: WrongChunk[][] = [];
  for (const next of [...wrong].sort((a, b) => a.name - b.name || a.chunk - b.chunk)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && isTogether(last, next, folding)) group.push(next);
    else groups.push([next]);
  }
  return groups;
}

function isTogether(last: WrongChunk, next: WrongChunk, folding: Folding): boolean {
  switch (folding) {
    case 'chunk':
      return false;
    case 'run':
      return last.name === next.name && last.chunk + 1 === next.chunk && gradeOf(last) === gradeOf(next);
    case 'file':
      return last.name === next.name && gradeOf(last) === gradeOf(next);
  }
}

function gradeOf({ isOpen, isSuspect, weaker }: WrongChunk): Grade {
  if (isOpen === true) return 'indeterminate';
  if (weaker === 'not promised') return 'allowed';
  if (weaker === 'supposed') return 'suspect';
  return isSuspect ? 'suspect' : 'proven';
}

const alike: Readonly<Partial<Record<ChunkCode, string>>> = {
  C01: ', or newer: it was synced before the crash',
  C02: ', or newer: its file was closed before the crash',
  C05: ', whole: it was synced before the crash',
  C06: ', synced, and read so after that',
  D18: ', all of it acknowledged, with its first chunks',
  D23: ', as it was read before',
  D21: ', for every host',
  D22: ', in every scan',
};

/** Where a body goes on as another one. */
const breaksInside: ReadonlySet<ChunkCode> = new Set(['C05', 'D05', 'D09']);

function findingOf(history: History, group: readonly WrongChunk[]): Finding {
  const [first] = group;
  const entry = first === undefined ? undefined : history.log.entry(first.id);
  if (first === undefined || entry === undefined) throw new Error('a wrong chunk without its record');
  const note = evidenceNoteOf(history, entry, first.chunk);
  const found = foundText(history, { entry, wrong: first, offset: note?.offset });
  const source = writeOfFound(history, entry.record, first.chunk);
  const proven = [source, writtenFor(history, first), first.otherwise, entry];
  return {
    code: first.code,
    grade: gradeOf(first),
    host: hostName(history, entry.host),
    file: pathOf(first.owner, first.name),
    // Where a body breaks is known to the byte; any other chunk is wrong as a whole.
    offset: breaksInside.has(first.code) && note !== undefined ? note.offset : first.chunk * history.facts.chunkBytes,
    count: group.reduce((sum, wrong) => sum + wrong.sightings, 0),
    expected: `${expectedChunk(history, first, first.generation)}${alike[first.code] ?? ''}`,
    found: `${found}${group.length === 1 ? '' : `; ${group.length} chunks of the file like this`}${clauseOf(first.weaker)}`,
    ...(note === undefined ? {} : { aroundHex: note.aroundHex }),
    ...proofOf(history, proven, { id: entry.id, text: found }),
  };
}

function subjectOf(history: History, [first]: readonly WrongChunk[]): Subject | undefined {
  const look = first === undefined ? undefined : history.log.entry(first.id);
  if (first === undefined || look === undefined) return undefined;
  const { code, chunk, life, generation, otherwise } = first;
  const isZeros = life !== undefined && generation === 0;
  const behind = code === 'D09' && otherwise !== undefined ? history.log.entry(otherwise) : undefined;
  return { look, chunk, expected: isZeros ? 'zeros' : writtenFor(history, first), behind };
}

/** What had to be there: the write of it, or the truncate that made zeros of it. */
function writtenFor(history: History, { owner, life, chunk, generation }: WrongChunk): Entry | undefined {
  if (life === undefined || generation === undefined) return undefined;
  const writes = history.writes(owner);
  return generation === 0 ? writes.last(life) : writes.find(life, chunk, generation);
}

/** Why it isn't PROVEN, or nothing. */
export function clauseOf(promised: Promised | undefined): string {
  switch (promised) {
    case 'supposed':
      return '; its mount may acknowledge what it has not kept';
    case 'not promised':
      return '; its mount promises to keep nothing';
    case 'promised':
    case undefined:
      return '';
  }
}

function foundText(
  history: History,
  { entry, wrong, offset }: { readonly entry: Entry; readonly wrong: WrongChunk; readonly offset: number | undefined },
): string {
  const { record } = entry;
  const found = foundChunk(history, record, wrong.chunk);
  const other = wrong.otherwise === undefined ? undefined : history.log.entry(wrong.otherwise)?.record;
  if ((wrong.code !== 'D09' && wrong.code !== 'C05') || other === undefined || offset === undefined) return found;
  const stamp = foundChunk(history, { ...record, content: contents.data }, wrong.chunk);
  return `${stamp}, and from byte ${offset % history.facts.chunkBytes} of the chunk on generation ${other.generation} of it`;
}
