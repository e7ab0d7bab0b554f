/**
 * Takes wrong chunks apart: what had to be there and what is, field by field, who wrote that and when, and the bytes. Only for
 * the first finding of each kind, and so many of a code: who reads more has understood, and each costs a look at many records.
 */
import type { Finding } from '../../model/finding.ts';
import type { ChunkContent, Forensic, StampView } from '../../model/forensics.ts';
import { contents, layout, type JournalRecord } from '../../model/record.ts';
import { signatureOf } from '../../model/signature.ts';
import { bytesViewOf, keptWindow, stampOf } from './chunk-bytes.ts';
import type { History } from '../history.ts';
import { fateOf, sourceOf, stampedChunk, ofThisRun } from './provenance.ts';
import { readKinds } from '../journal/kinds.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import { foundChunk, witness, workerName } from './words.ts';
import { pathOf } from '../../model/namespace.ts';

/** A chunk that a read saw wrong. */
export interface Subject {
  readonly look: Entry;
  readonly chunk: number;
  /** The write of what had to be there, or that a truncate had left zeros there. */
  readonly expected: Entry | 'zeros' | undefined;
  /** The write whose body goes on behind a tear. */
  readonly behind?: Entry | undefined;
}

/** Of one code. */
const maxForensics = 12;

export type Dissector = (finding: Finding, subject: Subject | undefined) => Finding;

export function dissectorOf(history: History): Dissector {
  const sign = signatureOf(history.hosts.map(({ name }) => name));
  const known = new Set<string>();
  return (finding, subject) => {
    const signature = sign(finding);
    if (subject === undefined || known.has(signature) || known.size >= maxForensics) return finding;
    known.add(signature);
    return { ...finding, forensic: dissect(history, subject) };
  };
}

/** Of findings of several parts, each of which took its own apart. */
export function keepForensics(findings: readonly Finding[], hosts: readonly string[]): readonly Finding[] {
  const sign = signatureOf(hosts);
  const known = new Set<string>();
  return findings.map((finding) => {
    if (finding.forensic === undefined) return finding;
    const signature = sign(finding);
    const isKept = !known.has(signature) && known.size < maxForensics;
    known.add(signature);
    const { forensic: _, ...rest } = finding;
    return isKept ? finding : rest;
  });
}

function dissect(history: History, subject: Subject): Forensic {
  const { look, chunk, expected, behind } = subject;
  const source = sourceOf(history, look.record, chunk);
  const window = keptWindow(history, look, chunk);
  const isTorn = look.record.content === contents.badBody && window !== undefined;
  const bytes = bytesViewOf(history, { ...subject, source, window });
  return {
    chunk,
    chunkBytes: history.facts.chunkBytes,
    ...(expected === undefined ? {} : { expected: expectedView(history, expected, chunk) }),
    found: foundView(history, subject, source),
    ...(isTorn ? { tornAt: window.wrongAt } : {}),
    ...(behind === undefined ? {} : { behind: writeView(history, behind, chunk) }),
    ...(bytes === undefined ? {} : { bytes }),
    neighbours: neighboursOf(history, look, chunk),
  };
}

function expectedView(history: History, expected: Entry | 'zeros', chunk: number): StampView {
  return expected === 'zeros' ? { content: 'zeros' } : writeView(history, expected, chunk);
}

function writeView(history: History, write: Entry, chunk: number): StampView {
  const { generation } = write.record;
  return { content: 'data', ...fileView(history, write.record, write), ...chunkView(history, chunk), generation };
}

type Stamped = Pick<JournalRecord, 'incarnation' | 'writer'> & { readonly creator: number };

/** Of the file that a stamp names, and of its write. */
function fileView(history: History, { creator, incarnation, writer }: Stamped, write: Entry | undefined): object {
  const { fate, path } = fateOf(history, creator, incarnation);
  const file = path ?? (write === undefined ? undefined : pathOf(write.record.owner, write.record.name));
  return {
    run: hexOf(history.runTag),
    ...(file === undefined ? {} : { file }),
    fate,
    ...(creator < history.owners ? { creator: workerName(history, creator), incarnation } : {}),
    writer: workerName(history, writer),
    ...(write === undefined ? {} : { operation: write.record.sequence, written: witness(history, write) }),
  };
}

function chunkView({ facts }: History, chunk: number): Pick<StampView, 'chunk' | 'offset'> {
  return { chunk, offset: chunk * facts.chunkBytes };
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}

const contentNames: ReadonlyMap<number, ChunkContent> = new Map([
  [contents.data, 'data'],
  [contents.misplaced, 'data'],
  [contents.zeros, 'zeros'],
  [contents.unreadable, 'no stamp'],
  [contents.badBody, 'damaged body'],
  [contents.foreign, 'another run'],
]);

function foundView(history: History, { look, chunk }: Subject, source: Entry | undefined): StampView {
  const { record } = look;
  const content = contentNames.get(record.content) ?? 'unknown';
  const stamped = stampedChunk(record, chunk);
  if (ofThisRun.has(record.content)) {
    const { generation } = record;
    return { content, ...fileView(history, record, source), ...chunkView(history, stamped), generation };
  }
  if (record.content !== contents.foreign) return { content };
  // Numbers of another run's hosts and workers say nothing here.
  const stamp = stampOf(keptWindow(history, look, chunk));
  const of = stamp === undefined ? {} : { ...chunkView(history, stamp.chunk), operation: stamp.operation };
  return { content, run: hexOf(record.target), ...of, generation: record.generation };
}

/** One read's runs of chunks are records of their own. */
function neighboursOf(history: History, look: Entry, chunk: number): Forensic['neighbours'] {
  const runs: Entry[] = [];
  history.log.visit(
    look.record.owner,
    (segment, at) => {
      const isOfLook = segment.views.u32[at * 16 + layout.sequence] === look.record.sequence;
      if (isOfLook && readKinds.has(segment.views.u8[at * 64 + layout.kind] ?? 0)) runs.push(entryAt(segment, at));
    },
    ({ worker, phase }) => worker === look.worker && phase === look.phase,
  );
  const { owner, name } = look.record;
  const wrong = owner < history.owners ? history.wrongChunks(owner) : history.shared().flaws;
  return [chunk - 1, chunk + 1].flatMap((beside) => {
    const run = runs.find(({ record: { first, count } }) => beside >= first && beside < first + count)?.record;
    if (run === undefined || run.content === contents.none) return [];
    const isWrong = wrong.some((one) => one.name === name && one.chunk === beside);
    return [{ chunk: beside, saw: foundChunk(history, run, beside), isWrong }];
  });
}
