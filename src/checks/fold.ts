/**
 * From wrong chunks to findings: what several hosts and both scans saw is one finding with a count of sightings, its host
 * the first that saw it; how neighbours fold is the code's own affair.
 */
import type { Finding, Grade } from '../model/finding.ts';
import { pathOf } from '../model/namespace.ts';
import { contents } from '../model/record.ts';
import type { ChunkCode } from './classify.ts';
import type { History } from './history.ts';
import { evidenceNoteOf } from './notes.ts';
import type { Entry } from './record-log.ts';
import { expectedChunk, foundChunk, hostName, witness, witnesses } from './words.ts';
import type { WrongChunk } from './wrong-chunks.ts';

/** One finding a chunk; a run of neighbouring chunks; a file. */
export type Folding = 'chunk' | 'run' | 'file';

export function chunkFindings(history: History, code: ChunkCode, folding: Folding): readonly Finding[] {
  const groups: (readonly WrongChunk[])[] = [];
  for (let owner = 0; owner < history.owners; owner++) {
    const wrong = history.wrongChunks(owner).filter((candidate) => candidate.code === code);
    groups.push(...fold(wrong, folding));
  }
  return capFindings(groups, (group) => findingOf(history, group));
}

/** A million equal failures stay readable: this many findings a code, and the last says how many more there were. */
const maxFindings = 1_000;

/** Findings of some causes, made only for those that are kept. */
export function capFindings<T>(causes: readonly T[], make: (cause: T) => Finding): readonly Finding[] {
  const kept = causes.slice(0, maxFindings).map(make);
  const last = kept.at(-1);
  const rest = causes.length - kept.length;
  if (last === undefined || rest === 0) return kept;
  const found = `${last.found} (and ${rest} more findings of ${last.code})`;
  return [...kept.slice(0, -1), { ...last, count: last.count + rest, found }];
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

function gradeOf({ isOpen, isSuspect }: WrongChunk): Grade {
  if (isOpen === true) return 'indeterminate';
  return isSuspect ? 'suspect' : 'proven';
}

const alike: Readonly<Partial<Record<ChunkCode, string>>> = {
  D18: ', all of it acknowledged, with its first chunks',
  D23: ', as it was read before',
  D21: ', for every host',
  D22: ', in every scan',
};

/** Where a body goes on as another one. */
const breaksInside: ReadonlySet<ChunkCode> = new Set(['D05', 'D09']);

function findingOf(history: History, group: readonly WrongChunk[]): Finding {
  const [first] = group;
  const entry = first === undefined ? undefined : history.log.entry(first.id);
  if (first === undefined || entry === undefined) throw new Error('a wrong chunk without its record');
  const note = evidenceNoteOf(history, entry, first.chunk);
  const found = foundText(history, { entry, wrong: first, offset: note?.offset });
  const written =
    first.life === undefined || first.generation === undefined
      ? undefined
      : history.writes(first.owner).find(first.life, first.chunk, first.generation);
  return {
    code: first.code,
    grade: gradeOf(first),
    host: hostName(history, entry.host),
    file: pathOf(first.owner, first.name),
    // Where a body breaks is known to the byte; any other chunk is wrong as a whole.
    offset: breaksInside.has(first.code) && note !== undefined ? note.offset : first.chunk * history.facts.chunkBytes,
    count: group.reduce((sum, wrong) => sum + wrong.sightings, 0),
    expected: `${expectedChunk(history, first, first.generation)}${alike[first.code] ?? ''}`,
    found: group.length === 1 ? found : `${found}; ${group.length} chunks of the file like this`,
    ...(note === undefined ? {} : { aroundHex: note.aroundHex }),
    witness: [...witnesses(history, [written?.id, first.otherwise]), witness(history, entry, found)],
  };
}

function foundText(
  history: History,
  { entry, wrong, offset }: { readonly entry: Entry; readonly wrong: WrongChunk; readonly offset: number | undefined },
): string {
  const { record } = entry;
  const found = foundChunk(history, record, wrong.chunk);
  const other = wrong.otherwise === undefined ? undefined : history.log.entry(wrong.otherwise)?.record;
  if (wrong.code !== 'D09' || other === undefined || offset === undefined) return found;
  const stamp = foundChunk(history, { ...record, content: contents.data }, wrong.chunk);
  return `${stamp}, and from byte ${offset % history.facts.chunkBytes} of the chunk on generation ${other.generation} of it`;
}
