/** From what is wrong with files that many appended to, to findings. */
import type { Finding, Grade } from '../../../model/finding.ts';
import { ownerOfArena, pathOf } from '../../../model/namespace.ts';
import { contents, recordKinds, type JournalRecord } from '../../../model/record.ts';
import type { AppendCode, AppendFlaw } from './append-flaws.ts';
import { capFindings } from '../../findings/fold.ts';
import type { History } from '../../history.ts';
import { judgeAppend } from '../../findings/promise.ts';
import { proofOf } from '../../findings/proof.ts';
import { hostName, lineText } from '../../findings/words.ts';

export function appendFindings(history: History, code: AppendCode): readonly Finding[] {
  return capFindings(
    history.appends().flaws.filter((flaw) => flaw.code === code),
    (flaw) => findingOf(history, flaw),
  );
}

function findingOf(history: History, flaw: AppendFlaw): Finding {
  const { code, name, ids, position, count } = flaw;
  const { grade, clause } = gradeOf(history, flaw);
  const entries = ids.flatMap((id) => history.log.entry(id) ?? []);
  const records = entries.map(({ record }) => record);
  return {
    code,
    grade,
    host: hostName(history, entries.at(-1)?.host ?? 0),
    file: pathOf(ownerOfArena('append'), name),
    ...(position === undefined ? {} : { offset: position }),
    count,
    expected: expectedText(history, flaw, records),
    found: `${foundText(flaw, records)}${clause}`,
    ...proofOf(history, ids),
  };
}

function gradeOf(history: History, { code, isOpen, isOfOneClient }: AppendFlaw): { grade: Grade; clause: string } {
  if (isOpen) return { grade: 'indeterminate', clause: '' };
  if (code === 'D21' || code === 'D22') {
    return { grade: history.consistency === 'posix' ? 'proven' : 'suspect', clause: '' };
  }
  if (!code.startsWith('A')) return { grade: 'proven', clause: '' };
  return judgeAppend(history.consistency, isOfOneClient ? 'same client' : 'other client');
}

function expectedText(history: History, { code }: AppendFlaw, records: readonly JournalRecord[]): string {
  const [first, second] = records;
  switch (code) {
    case 'A01':
      return `${lineOf(history, first)}, which was acknowledged`;
    case 'A02':
    case 'A05':
      return first?.kind === recordKinds.addLine ? `${lineOf(history, first)}, whole` : 'lines that somebody appended';
    case 'A03':
      return `${lineOf(history, first)} once`;
    case 'A04':
      return `${lineOf(history, first)} before ${lineOf(history, second)}, which was begun after it was acknowledged`;
    case 'D03':
      return 'absent: nobody appended to it';
    case 'D07':
    case 'D08':
      return 'lines of this file';
    case 'D21':
    case 'D22':
      return first === undefined ? '' : `the same for all: ${bytesText(first)}`;
  }
}

function foundText({ code, count }: AppendFlaw, records: readonly JournalRecord[]): string {
  const [first] = records;
  switch (code) {
    case 'A01': {
      const file = records.find(({ kind }) => kind === recordKinds.scanLines);
      const more = count === 1 ? '' : `, nor are ${count - 1} more of this worker`;
      return `${file === undefined ? 'the file is not there' : `not among the file's ${file.size} bytes`}${more}`;
    }
    case 'A02':
      return 'its start and its end, and another line over it';
    case 'A03':
      return 'once more, further behind';
    case 'A04':
      return 'behind it';
    case 'A05':
      return first?.kind === recordKinds.addLine ? 'its start, and not all of the rest' : `${count} bytes of no line`;
    case 'D03':
      return 'there';
    case 'D07':
    case 'D08':
      return first === undefined ? '' : strangerText(first);
    case 'D21':
    case 'D22':
      return records[1] === undefined ? '' : bytesText(records[1]);
  }
}

function lineOf(history: History, record: JournalRecord | undefined): string {
  return record === undefined ? 'a line' : lineText(history, record);
}

function strangerText(record: JournalRecord): string {
  if (record.content === contents.foreign) {
    return `a line of another run (tag ${record.target.toString(16).padStart(8, '0')})`;
  }
  return `a line of ${pathOf(ownerOfArena('append'), record.target)}`;
}

function bytesText({ size, target }: JournalRecord): string {
  return `${size} bytes with checksum ${target.toString(16).padStart(8, '0')}`;
}
