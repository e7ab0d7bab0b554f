/** The records of one worker in memory as the history that checks examine. */
import { makeHistory, type History } from '../../src/checks/history.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
import type { Block } from '../../src/model/journal.ts';
import { recordBytes, viewRecords, writeRecord, type JournalRecord } from '../../src/model/record.ts';
import { filesSpec } from './agent-process.ts';
import type { Lived } from './lived.ts';

export function historyOfRecords({ stressed, verified }: Pick<Lived, 'stressed' | 'verified'>): History {
  const header = { number: 0, host: 0, worker: 0, runTag: 1, boot: [0, 0], writtenNs: 0 } as const;
  const blocks: readonly Block[] = [
    { ...header, type: 'records', phase: stressPhase, records: encode(stressed) },
    { ...header, type: 'records', phase: verifyPhase, records: encode(verified) },
    { ...header, type: 'end', phase: verifyPhase },
  ];
  const { chunkBytes, fileBytes } = filesSpec('/');
  return makeHistory({ workers: 1, chunkBytes, maxChunks: fileBytes / chunkBytes, isLocal: false }, [
    {
      name: 'a',
      blocks,
      isTrusted: true,
      hasVerified: true,
      client: { isNetwork: false, platform: 'linux' },
      consistency: 'posix',
      locks: { whole: 'data', ranges: 'data' },
    },
  ]);
}

export function encode(records: readonly JournalRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * recordBytes);
  const views = viewRecords(bytes.buffer, 0, records.length);
  for (const [at, record] of records.entries()) writeRecord(views, at, record);
  return bytes;
}
