import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageOf } from '../../src/checks/coverage.ts';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { verifyPhase } from '../../src/checks/journal/phases.ts';
import { caseSchema, historyOfCase } from './case-history.ts';

function historyOf(kind: string, file: string): History {
  return historyOfCase(
    caseSchema.parse({ about: 'an arena', operations: [{ by: 'a/0', kind, file }], disk: {}, expect: [] }),
  );
}

/** As if no host had looked after the stress, and all said that they had. */
function unverified({ facts, hosts }: History): History {
  const blocksOf = (host: (typeof hosts)[number]): (typeof host)['blocks'] =>
    host.blocks.filter(({ type, phase }) => type !== 'records' || phase !== verifyPhase);
  return makeHistory(
    facts,
    hosts.map((host) => ({ ...host, blocks: blocksOf(host) })),
  );
}

describe('what verify owes', () => {
  it('are listings of every folder that was raced in', () => {
    const history = historyOf('touch', 'race/d2/f001');
    assert.deepEqual(coverageOf(history).gaps, []);
    assert.deepEqual(coverageOf(unverified(history)).gaps, ['race/d2 was listed by no host']);
  });

  it('are locks that are asked for once more, where they were used', () => {
    const gap = 'whether the locks are free was asked by no host';
    assert.deepEqual(coverageOf(historyOf('lock', 'locks/d0/f000')).gaps, [gap]);
    assert.deepEqual(coverageOf(historyOf('touch', 'own/0000/d0/f000')).gaps, []);
  });
});
