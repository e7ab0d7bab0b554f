/** From what is wrong with chunks that many write to, to findings. */
import type { Finding, Grade } from '../../../model/finding.ts';
import { objectOf, ownerOfArena, pathOf } from '../../../model/namespace.ts';
import { contents, recordKinds, type JournalRecord } from '../../../model/record.ts';
import { capFindings } from '../../findings/fold.ts';
import { dissectorOf, type Subject } from '../../findings/forensics.ts';
import type { History } from '../../history.ts';
import { judgeShared } from '../../findings/promise.ts';
import type { SharedCode, SharedFlaw } from './shared-flaws.ts';
import { proofOf } from '../../findings/proof.ts';
import { writeOfFound } from '../../findings/provenance.ts';
import type { Entry } from '../../journal/record-log.ts';
import { foundChunk, hostName, workerName } from '../../findings/words.ts';

export function sharedFindings(history: History, code: SharedCode): readonly Finding[] {
  const dissect = dissectorOf(history);
  return capFindings(
    history.shared().flaws.filter((flaw) => flaw.code === code),
    (flaw) => dissect(findingOf(history, flaw), subjectOf(history, flaw)),
  );
}

function findingOf(history: History, flaw: SharedFlaw): Finding {
  const { code, name, chunk, ids } = flaw;
  const { grade, clause } = gradeOf(history, flaw);
  const entries = ids.flatMap((id) => history.log.entry(id) ?? []);
  const records = entries.map(({ record }) => record);
  const found = foundText(history, flaw, records);
  return {
    code,
    grade,
    host: hostName(history, entries.at(-1)?.host ?? 0),
    file: pathOf(ownerOfArena('shared'), name),
    ...(code === 'D01' ? {} : { offset: chunk * history.facts.chunkBytes }),
    count: 1,
    expected: expectedText(history, flaw, records),
    found: `${found}${clause}`,
    ...proofOf(history, [sourceOf(history, flaw), ...ids, ...missedBy(history, flaw)], {
      id: ids.at(-1) ?? -1,
      text: found,
    }),
  };
}

/** The last of them is what was seen, unless nothing was. */
function subjectOf(history: History, { code, chunk, ids }: SharedFlaw): Subject | undefined {
  const entries = ids.flatMap((id) => history.log.entry(id) ?? []);
  const look = entries.at(-1);
  if (code === 'D01' || look === undefined || look.record.kind === recordKinds.write) return undefined;
  const writes = entries.filter(({ record }) => record.kind === recordKinds.write);
  if (code === 'D10') return { look, chunk, expected: writes[0], behind: writes[1] };
  return { look, chunk, expected: generationCodes.has(code) ? writes.at(-1) : undefined };
}

/** What was seen had been written over. */
const generationCodes: ReadonlySet<SharedCode> = new Set(['D04', 'D11', 'D12']);

/** The write of data that is none of this chunk's. */
function sourceOf(history: History, { code, chunk, ids }: SharedFlaw): Entry | undefined {
  const seen = alwaysProven.has(code) ? history.log.entry(ids.at(-1) ?? -1) : undefined;
  return seen === undefined ? undefined : writeOfFound(history, seen.record, chunk);
}

/** The look of verify that lacks what was written: a listing, or an entry that is too short. */
function missedBy(history: History, { code, name, ids }: SharedFlaw): readonly number[] {
  const scan = history.scan(ownerOfArena('shared'));
  if (code === 'D01')
    return scan
      .finalListings(objectOf(name).folder)
      .slice(0, 1)
      .map(({ id }) => id);
  return code === 'D04' && ids.length === 1 ? (scan.names.get(name) ?? []).slice(0, 1).map(({ id }) => id) : [];
}

const alwaysProven: ReadonlySet<SharedCode> = new Set(['D06', 'D07', 'D08']);
const ofSeveralLooks: ReadonlySet<SharedCode> = new Set(['D21', 'D22']);

function gradeOf(history: History, { code, isOfOneClient }: SharedFlaw): { grade: Grade; clause: string } {
  const isPosix = history.consistency === 'posix';
  if (alwaysProven.has(code)) return { grade: 'proven', clause: '' };
  if (ofSeveralLooks.has(code)) return { grade: isPosix ? 'proven' : 'suspect', clause: '' };
  return judgeShared(history.consistency, isOfOneClient ? 'same client' : 'other client');
}

function expectedText(history: History, { code, chunk }: SharedFlaw, records: readonly JournalRecord[]): string {
  const [first, second] = records;
  switch (code) {
    case 'D01':
      return 'there: it was written to, and nobody removes it';
    case 'D04':
    case 'D11':
    case 'D12':
      // The last of them saw what should have been gone; the one before it knew what had taken its place.
      return `chunk ${chunk} as ${accessText(history, records.at(-2) ?? first)}, or newer`;
    case 'D10':
      return `chunk ${chunk} as ${accessText(history, first)} or as ${accessText(history, second)}, whole`;
    case 'D21':
    case 'D22':
      return first === undefined ? '' : `the same for all: ${seenText(history, first, chunk)}`;
    case 'D05':
    case 'D06':
    case 'D07':
    case 'D08':
      return `chunk ${chunk} as one of its writers wrote it`;
  }
}

function foundText(history: History, { code, chunk }: SharedFlaw, records: readonly JournalRecord[]): string {
  if (code === 'D01') return "absent in every host's last listing";
  const last = records.at(-1);
  if (last === undefined) return '';
  if (code === 'D10') return 'the start of one and the rest of the other';
  return code === 'D04' && records.length === 1 ? 'nothing: the file ends before it' : seenText(history, last, chunk);
}

function seenText(history: History, record: JournalRecord, chunk: number): string {
  if (record.content !== contents.data) return foundChunk(history, record, chunk);
  return `what ${workerName(history, record.writer)} wrote as its operation ${record.generation}`;
}

function accessText(history: History, record: JournalRecord | undefined): string {
  return record === undefined
    ? 'written'
    : `${workerName(history, record.writer)} wrote it as its operation ${record.generation}`;
}
