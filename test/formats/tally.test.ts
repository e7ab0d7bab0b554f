import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorTally } from '../../src/formats/error-tally.ts';
import { newBudget } from '../../src/formats/budget.ts';
import { Tallies, type Tally } from '../../src/formats/tally.ts';
import { toSparse, newHistogram, bucketOf } from '../../src/model/histogram.ts';
import { histogramOf, outcomes } from '../../src/model/samples.ts';

function tallyOf(tallies: Tallies, name: string): Tally {
  return tallies.of(name, () => ({ kind: 'request', name, labels: [] }));
}

describe('operations while a file is read', () => {
  it('keep every measurement, in the order of the file', () => {
    const tallies = new Tallies(newBudget());
    const tally = tallyOf(tallies, 'get');
    for (let at = 0; at < 1000; at++) tally.add(at, at / 1000, outcomes[at % 3] ?? 'success');
    const [operation] = tallies.operations();
    assert.deepEqual([operation?.count, operation?.failed], [1000, 666]);
    const spread = operation?.latencies[0]?.spread;
    assert.ok(spread?.kind === 'samples');
    assert.deepEqual(
      [...spread.samples.seconds],
      Array.from({ length: 1000 }, (_, at) => at / 1000),
    );
    assert.deepEqual([...spread.samples.outcomes.subarray(0, 4)], [0, 1, 2, 0]);
    assert.deepEqual(tallies.window(), { fromMs: 0, toMs: 999_999 });
  });

  it('turn into histograms when the file has more than memory should hold, and lose none', () => {
    const tallies = new Tallies({ ...newBudget(), samples: 10 });
    const histogram = newHistogram();
    for (let at = 0; at < 100; at++) {
      const seconds = (at % 7) / 1000;
      tallyOf(tallies, `get ${at % 2}`).add(at, seconds, 'success');
      const bucket = bucketOf(seconds * 1e9);
      histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    }
    const merged = newHistogram();
    for (const { count, latencies } of tallies.operations()) {
      assert.equal(count, 50);
      const spread = latencies[0]?.spread;
      assert.ok(spread?.kind === 'histogram');
      for (const [bucket, times] of spread.histogram) merged[bucket] = (merged[bucket] ?? 0) + times;
    }
    assert.deepEqual(toSparse(merged), toSparse(histogram));
  });

  it('are the same histogram whether they were kept or not', () => {
    const [kept, folded] = [new Tallies(newBudget()), new Tallies({ ...newBudget(), samples: 0 })];
    for (const tallies of [kept, folded]) {
      for (let at = 0; at < 100; at++) tallyOf(tallies, 'get').add(at, at / 1e4, 'success');
    }
    const [samples, histogram] = [kept, folded].map((tallies) => tallies.operations()[0]?.latencies[0]?.spread);
    assert.ok(samples?.kind === 'samples' && histogram?.kind === 'histogram');
    assert.deepEqual(histogramOf(samples.samples), histogram.histogram);
  });

  it('have no time where nothing was measured', () => {
    assert.equal(new Tallies(newBudget()).window(), undefined);
  });
});

describe('failures while a file is read', () => {
  it('are one group where they look the same, with the first and last time and three examples', () => {
    const errors = new ErrorTally(newBudget());
    const failure = { what: 'Failure', code: '502', message: '', operation: 'get /' };
    for (const atMs of [5, 3, 9, 4]) errors.add({ ...failure, atMs, example: `at ${atMs}` });
    assert.deepEqual(errors.list(), [
      { ...failure, count: 4, firstMs: 3, lastMs: 9, examples: ['at 5', 'at 3', 'at 9'] },
    ]);
  });

  it('are counted together where a file has ever new ones', () => {
    const errors = new ErrorTally(newBudget());
    for (let at = 0; at < 2000; at++) errors.add({ what: 'E', code: `${at}`, message: '', operation: '', example: '' });
    const list = errors.list();
    assert.equal(list.length, 1001);
    assert.deepEqual([list.at(-1)?.what, list.at(-1)?.count], ['(others)', 1000]);
  });
});
