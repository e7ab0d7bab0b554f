import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { hdr } from '../../../src/formats/write/hdr.ts';
import { bucketOf, fromSparse, newHistogram, percentile, toSparse } from '../../../src/model/histogram.ts';
import type { Latencies, Run } from '../../../src/model/run.ts';
import { goldenNames, goldenRun } from '../../support/golden.ts';
import { readHdrLog, type HdrLine } from '../../support/hdr-reader.ts';

function linesOf(run: Run): readonly HdrLine[] {
  return readHdrLog(hdr.files(run)[0]?.text ?? '');
}

function runWith(histogram: Latencies['histogram'], name = 'read'): Run {
  const run = goldenRun('pass');
  const [first] = run.operations;
  assert.ok(first !== undefined);
  const { service: _, ...operation } = first;
  return { ...run, operations: [{ ...operation, name, histogram }] };
}

describe('an HdrHistogram log', () => {
  for (const name of goldenNames) {
    it(`has a line for each histogram, with all of its samples, and the percentiles of run.json: ${name}`, () => {
      const run = goldenRun(name);
      const lines = linesOf(run);
      for (const { name: operation, histogram } of run.operations.filter((one) => one.histogram.length > 0)) {
        const line = lines.find(({ tag }) => tag === operation.replaceAll(/[\s,]/g, '_'));
        if (line === undefined) continue;
        const own = fromSparse(histogram);
        assert.equal(
          line.total,
          histogram.reduce((sum, [, count]) => sum + count, 0),
        );
        for (const percent of [50, 90, 99, 99.9, 100]) {
          const ours = percentile(own, percent) ?? 0;
          assert.ok(Math.abs(line.percentile(percent) - ours) <= 0.5, `${operation} p${percent}`);
        }
      }
      const histograms = run.operations.flatMap(({ histogram, service }) => [histogram, service?.histogram ?? []]);
      assert.equal(lines.length, histograms.filter(({ length }) => length > 0).length);
    });
  }

  it('is within 0.4 % of any sample that went in', () => {
    const ns = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => Math.floor(2 ** (share * 41.9)));
    fc.assert(
      fc.property(ns, fc.integer({ min: 1, max: 2 ** 40 }), (value, count) => {
        const histogram = newHistogram();
        histogram[bucketOf(value)] = count;
        const [line] = linesOf(runWith(toSparse(histogram)));
        assert.ok(line !== undefined);
        assert.equal(line.total, count);
        assert.ok(Math.abs(line.percentile(50) - value) <= 0.004 * value, `${value}: ${line.percentile(50)}`);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of many buckets, and their counts, however far apart', () => {
    const histogram: Latencies['histogram'] = [
      [0, 1],
      [1, 2 ** 33],
      [127, 3],
      [128, 4],
      [2000, 5],
      [4607, 6],
    ];
    const [line] = linesOf(runWith(histogram));
    assert.equal(line?.total, 2 ** 33 + 19);
    assert.equal(line?.percentile(50), 1);
    // The last bucket also has all that is longer.
    assert.ok(Math.abs((line?.percentile(100) ?? 0) / 2 ** 42 - 1) < 0.005);
  });

  it('has a tag that no name of an operation can break', () => {
    const lines = linesOf(runWith([[1, 1]], 'a,b c\nTag=x\u0000,1'));
    assert.deepEqual(
      lines.map(({ tag }) => tag),
      ['a_b_c␊Tag=x␀_1'],
    );
  });
});
