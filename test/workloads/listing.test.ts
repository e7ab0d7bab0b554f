import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runsOfNames } from '../../src/workloads/listing.ts';

describe('the names that a listing saw', () => {
  it('are kept as runs of numbers that follow each other', () => {
    assert.deepEqual(runsOfNames([]), []);
    assert.deepEqual(runsOfNames([3, 4, 5, 9, 0x8000]), [
      { first: 3, count: 3 },
      { first: 9, count: 1 },
      { first: 0x8000, count: 1 },
    ]);
  });

  it('say so when one is there twice: its second run overlaps the first', () => {
    assert.deepEqual(runsOfNames([1, 2, 2, 3]), [
      { first: 1, count: 2 },
      { first: 2, count: 2 },
    ]);
  });
});
