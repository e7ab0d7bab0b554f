import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketOf } from '../../src/model/histogram.ts';
import { visibilityOf } from '../../src/checks/visibility-matrix.ts';
import { caseSchema, historyOfCase } from './case-history.ts';

const file = 'own/0000/d0/f000';

/** Host a writes generation 1 to 1,110 and 2 to 2,010 on its clock; b reads when it is told to, on its own, 500 ahead. */
function given(
  reads: readonly (readonly [startNs: number, endNs: number, generation: number])[],
  clocks = { b: 500 },
): object {
  return {
    about: 'how long a change takes to be seen',
    clocks,
    operations: [
      { by: 'a', kind: 'touch', file },
      { by: 'a', kind: 'write', file, count: 1, generation: 1, of: 1, startNs: 1_100, endNs: 1_110 },
      { by: 'a', kind: 'write', file, count: 1, generation: 2, of: 1, startNs: 2_000, endNs: 2_010 },
      ...reads.map(([startNs, endNs, generation]) => ({
        by: 'b',
        kind: 'read',
        file,
        saw: [{ first: 0, of: 1, generation }],
        startNs,
        endNs,
      })),
    ],
    disk: { [file]: { size: 1024, runs: [{ first: 0, of: 1, generation: 2 }] } },
    expect: [],
  };
}

function seen(...args: Parameters<typeof given>): ReturnType<typeof visibilityOf> {
  return visibilityOf(historyOfCase(caseSchema.parse(given(...args))));
}

describe('how long a change takes to be seen by another host', () => {
  it('is at least from its latest end to the last read that missed it, at most to the first that saw it', () => {
    const [pair] =
      seen([
        [3_000, 3_005, 1],
        [3_200, 3_205, 1],
        [4_000, 4_007, 2],
        [4_100, 4_107, 2],
      ])?.pairs ?? [];
    assert.deepEqual([pair?.writer, pair?.reader, pair?.changes, pair?.unseen], ['a', 'b', 2, 0]);
    // Each clock is known to within 1 ns to either side: 3,200 - 500 - 1 less 2,010 + 1, and 4,007 - 500 + 1 less 2,010 - 1.
    assert.deepEqual([pair?.atLeast.maxNs, pair?.atMost.maxNs], [688, 1_499]);
    assert.equal(pair?.boundNs, 4);
    const counted = new Map(pair?.atMost.histogram);
    assert.deepEqual([counted.get(bucketOf(1_499)), counted.get(bucketOf(3_005 - 500 + 1 - 1_109))], [1, 1]);
  });

  it('has no end where it was never seen', () => {
    const [pair] = seen([[3_000, 3_005, 1]])?.pairs ?? [];
    assert.deepEqual([pair?.changes, pair?.unseen, pair?.atLeast.maxNs, pair?.atMost.maxNs], [2, 1, 488, null]);
  });

  it('is nothing where it was seen while it was still under way', () => {
    const [pair] = seen([[2_400, 2_505, 2]])?.pairs ?? [];
    assert.deepEqual([pair?.atLeast.maxNs, pair?.atMost.maxNs], [0, 0]);
  });

  it('is not over with a read that saw it before another missed it', () => {
    const [pair] =
      seen([
        [2_600, 2_605, 2],
        [3_000, 3_005, 1],
        [4_000, 4_007, 2],
      ])?.pairs ?? [];
    assert.deepEqual([pair?.atLeast.maxNs, pair?.atMost.maxNs], [488, 1_499]);
  });

  it('is left out where a clock says nothing', () => {
    const clocks: Record<string, number | null> = { b: null };
    const parsed = caseSchema.parse({ ...given([[3_000, 3_005, 2]]), clocks });
    assert.deepEqual(visibilityOf(historyOfCase(parsed)), { pairs: [], pairCount: 0, untimed: 1 });
  });

  it('is a matter of other hosts alone', () => assert.equal(seen([]), undefined));
});
