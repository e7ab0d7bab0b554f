import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { caseSchema, historyOfCase } from './case-history.ts';

describe('the order of operations against the changes of a tree', () => {
  const given = caseSchema.parse({
    about: 'three hosts',
    hosts: ['a', 'b', 'c'],
    clocks: { c: null },
    operations: [],
    disk: {},
    expect: [],
  });

  it('says what it rests on: program order, the clock of one host, the bounds of two clocks, or nothing', () => {
    const order = historyOfCase(given).order(0);
    const { workers } = historyOfCase(given).facts;
    assert.equal(order.basis({ host: 0, worker: 0 }), 'program order');
    assert.equal(order.basis({ host: 0, worker: 3 * workers }), 'host clock');
    assert.equal(order.basis({ host: 1, worker: workers }), 'clock bounds');
    assert.equal(order.basis({ host: 2, worker: 2 * workers }), 'nothing');
  });
});
