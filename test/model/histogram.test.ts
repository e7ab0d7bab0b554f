import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  bucketOf,
  countOf,
  fromSparse,
  histogramBuckets,
  isPercentileSupported,
  mergeHistograms,
  newHistogram,
  percentile,
  samplesNeeded,
  toSparse,
  valueOf,
} from '../../src/model/histogram.ts';

const latencies = fc.array(
  fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 2 ** 31 - 1 }), fc.double({ min: 0, max: 2 ** 41, noNaN: true })),
);

function histogramOf(values: readonly number[]): Float64Array {
  const histogram = newHistogram();
  for (const value of values) {
    const bucket = bucketOf(value);
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }
  return histogram;
}

describe('a histogram', () => {
  it('tells a percentile within 0.4 % of the exact one', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(50, 90, 95, 99, 99.9), (values, percent) => {
        const whole = values.map(Math.floor).sort((a, b) => a - b);
        const exact = whole[Math.max(1, Math.ceil((percent / 100) * whole.length)) - 1];
        const told = percentile(histogramOf(whole), percent);
        if (exact === undefined) assert.equal(told, undefined);
        else assert.ok(Math.abs((told ?? Infinity) - exact) <= 0.004 * exact, `${told} for ${exact}`);
      }),
    );
  });

  it('puts every value into a bucket, larger values never into a lower one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2 ** 45, noNaN: true }),
        fc.double({ min: 0, max: 2 ** 45, noNaN: true }),
        (a, b) => {
          const [low, high] = [bucketOf(Math.min(a, b)), bucketOf(Math.max(a, b))];
          assert.ok(low >= 0 && low <= high && high < histogramBuckets);
        },
      ),
    );
  });

  it('has the middle of each bucket in that bucket', () => {
    for (let bucket = 0; bucket < histogramBuckets; bucket++) assert.equal(bucketOf(valueOf(bucket)), bucket);
  });

  it('merges in any order and grouping into what one histogram of all would be', () => {
    fc.assert(
      fc.property(latencies, latencies, latencies, (a, b, c) => {
        const [x, y, z] = [histogramOf(a), histogramOf(b), histogramOf(c)];
        assert.deepEqual(mergeHistograms(x, y), mergeHistograms(y, x));
        assert.deepEqual(mergeHistograms(mergeHistograms(x, y), z), mergeHistograms(x, mergeHistograms(y, z)));
        assert.deepEqual(mergeHistograms(x, mergeHistograms(y, z)), histogramOf([...a, ...b, ...c]));
      }),
      { numRuns: 20 },
    );
  });

  it('is the same after travelling as pairs', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        assert.deepEqual(fromSparse(toSparse(histogram)), histogram);
        assert.equal(countOf(histogram), values.length);
      }),
    );
  });

  it('tells p95, p99, p99.9 and p99.99 from 72, 368, 3,688 and 36,887 samples on, and others by the same rule', () => {
    assert.deepEqual([95, 99, 99.9, 99.99].map(samplesNeeded), [72, 368, 3_688, 36_887]);
    assert.deepEqual([0, 50, 75, 90, 99.5, 100].map(samplesNeeded), [1, 1, 13, 36, 736, 1]);
    assert.ok(isPercentileSupported(99, 368) && !isPercentileSupported(99, 367));
  });
});
