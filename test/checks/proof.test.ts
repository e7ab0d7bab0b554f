import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import type { Finding } from '../../src/model/finding.ts';
import { caseSchema, historyOfCase } from './case-history.ts';
import { readCases } from './read-cases.ts';

describe('the operations that prove a finding', () => {
  it('of a stale read are both writes and the read, each after the other for a reason of its own', () => {
    assert.deepEqual(edgesOf(only('D12', 'stale.json')), [
      '0>1 program order',
      // Clocks say that the read came after the newer write; its stamp says that it saw the older one.
      '0>2 read-from',
      '1>2 clock bounds',
    ]);
  });

  it('of a read of the future close a circle', () => {
    assert.deepEqual(edgesOf(only('D15', 'one-clock.json')), ['0>1 read-from', '1>0 host clock']);
  });

  it('of verify come after those of the stress by the barrier between them', () => {
    assert.ok(edgesOf(only('D07', 'late-name-on-posix.json')).includes('1>2 barrier'));
  });

  it('of a lock name the write whose counter was read', () => {
    assert.deepEqual(edgesOf(only('L01', 'changed-under-the-lock.json')), ['0>1 program order', '2>1 lock counter']);
  });

  it('of the other lock show who held the range beside it', () => {
    const [finding] = only('L06', 'refused.json');
    assert.deepEqual(
      finding?.witness.map(({ did }) => did.replace(/ of .*/, '')),
      ['got an exclusive lock', 'was refused an exclusive lock'],
    );
  });

  it('name no order where nobody knows the clocks', () => {
    const given = readCases().find(({ code, name }) => code === 'N07' && name === 'two-winners.json')?.given;
    assert.ok(given !== undefined);
    const clocks = Object.fromEntries(given.hosts.map((host) => [host, null]));
    const findings = found(caseSchema.parse({ ...given, clocks }));
    assert.deepEqual(edgesOf(findings), []);
    assert.equal(findings[0]?.witness.length, 2);
  });
});

function only(code: string, file: string): readonly Finding[] {
  const given = readCases().find((one) => one.code === code && one.name === file)?.given;
  assert.ok(given !== undefined, `${code}/${file}`);
  return found(given).filter((finding) => finding.code === code);
}

function found(given: Parameters<typeof historyOfCase>[0]): readonly Finding[] {
  const history = historyOfCase(given);
  return checks.flatMap((check) => check.examine(history));
}

function edgesOf([finding]: readonly Finding[]): readonly string[] {
  return (finding?.edges ?? []).map(({ from, to, by }) => `${from}>${to} ${by}`);
}
