/** A journal that no agent of ours writes, and that is as its host sent it: it proves nothing, and takes no longer than others. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { blankRecord } from '../support/blank-record.ts';
import { historyOfRecords } from '../support/record-history.ts';

function stressedOf(records: readonly Partial<JournalRecord>[]): readonly JournalRecord[] {
  return records.map((record, at) => ({
    ...blankRecord,
    kind: recordKinds.stat,
    outcome: outcomes.ok,
    startNs: 20 * at,
    endNs: 20 * at + 10,
    ...record,
  }));
}

function provenIn(records: readonly Partial<JournalRecord>[]): readonly string[] {
  const stressed = stressedOf(records);
  const history = historyOfRecords({ stressed, verified: [] });
  const findings = checks.flatMap((check) => check.examine(history));
  return findings.filter(({ grade }) => grade === 'proven').map(({ code }) => code);
}

describe('a journal in which one number made two files', () => {
  it('says nothing of the size of either', () => {
    const { touch, write, stat } = recordKinds;
    const sizes = [8192, 4096].map((size, at) => ({
      kind: write,
      incarnation: 5,
      generation: at + 1,
      size,
      count: size / 1024,
    }));
    const records = [
      { kind: touch, sequence: 5, name: 1, incarnation: 5 },
      { kind: touch, sequence: 5, name: 2, incarnation: 5 },
      { ...sizes[0], sequence: 6, name: 1 },
      { ...sizes[1], sequence: 7, name: 2 },
      { kind: stat, sequence: 8, name: 1, incarnation: 77, writer: 1, size: 8192 },
    ];
    assert.deepEqual(provenIn(records), []);
  });
});

describe('a record whose time is no number', () => {
  it('ends what is known of its worker', () => {
    for (const time of [{ startNs: NaN }, { startNs: -Infinity }, { endNs: NaN }, { endNs: Infinity }]) {
      const { refused, log } = historyOfRecords({ stressed: stressedOf([{}, time, {}]), verified: [] });
      assert.match(refused.get(0) ?? '', /record 1 of block 0 of worker 0 makes no sense/);
      assert.equal(log.records, 1);
    }
    const unanswered = [{ outcome: outcomes.pending, endNs: NaN }];
    assert.equal(historyOfRecords({ stressed: stressedOf(unanswered), verified: [] }).refused.size, 0);
  });
});
