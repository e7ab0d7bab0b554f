import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { array, assert as check, integer, property } from 'fast-check';
import { fioJob } from '../../support/result-files.ts';
import { funkloadOf, mergedOf } from '../../support/tool-results.ts';

function fio(host: string, more: object, { ios = 10 } = {}): string {
  return JSON.stringify({
    'fio version': 'fio-3.33',
    timestamp_ms: 1_735_787_050_500,
    jobs: [fioJob('one', { ios, bytes: ios * 4096 }, { hostname: host }, more)],
  });
}

const durations = array(
  integer({ min: 1, max: 5_000_000 }).map((us) => us / 1e6),
  { minLength: 1, maxLength: 200 },
);

describe('latencies of several results', () => {
  it('are exact where every measurement is there: those of all hosts, sorted, by the nearest rank', () => {
    check(
      property(array(durations, { minLength: 1, maxLength: 4 }), (hosts) => {
        const given = hosts.map((own, at) => ({
          host: `h${at}`,
          text: funkloadOf({ durations: own, every: 0, start: at / 100 }),
        }));
        const page = mergedOf(given).operations.find(({ kind }) => kind === 'page');
        const all = hosts.flat().toSorted((a, b) => a - b);
        const at = (percent: number): number =>
          (all[Math.max(1, Math.ceil((percent / 100) * all.length)) - 1] ?? NaN) * 1e6;
        assert.ok(page !== undefined);
        assert.equal(page.isExact, true);
        assert.equal(page.count, all.length);
        assert.ok(Math.abs((page.p50Us ?? NaN) - at(50)) < 0.01, `${page.p50Us} is not ${at(50)}`);
        assert.ok(Math.abs((page.maxUs ?? NaN) - at(100)) < 0.01);
        assert.equal(page.p95Us === null, all.length < 72);
        if (page.p95Us !== null) assert.ok(Math.abs(page.p95Us - at(95)) < 0.01);
      }),
      { numRuns: 60 },
    );
  });

  it("don't depend on the order of the hosts, nor do any other figures", () => {
    check(
      property(array(durations, { minLength: 2, maxLength: 4 }), (hosts) => {
        const given = hosts.map((own, at) => ({
          host: `h${at}`,
          text: funkloadOf({ durations: own, every: 0.01, failing: [at], url: `/${at}` }),
        }));
        const forward = mergedOf(given);
        const backward = mergedOf(given.toReversed());
        assert.deepEqual(backward.operations, forward.operations);
        assert.deepEqual(backward.timeline, forward.timeline);
        assert.deepEqual(backward.receipt.sums, forward.receipt.sums);
      }),
      { numRuns: 40 },
    );
  });

  it('are within 0.4 % once there are too many to be held, whichever host came last', () => {
    const given = [1, 2, 3].map((seed) => ({
      host: `h${seed}`,
      text: funkloadOf({
        durations: Array.from({ length: 400 }, (_, at) => (1 + ((at * 7919 * seed) % 4001)) / 1000),
        every: 0.01,
      }),
    }));
    const exact = mergedOf(given).operations;
    const folded = mergedOf(given, { samples: 500 }).operations;
    assert.deepEqual(mergedOf(given.toReversed(), { samples: 500 }).operations, folded);
    for (const [at, operation] of folded.entries()) {
      const wanted = exact[at];
      assert.ok(wanted !== undefined);
      assert.equal(operation.isExact, undefined);
      assert.equal(operation.count, wanted.count);
      assert.deepEqual(operation.histogram, wanted.histogram);
      for (const name of ['p50Us', 'p95Us', 'p99Us', 'maxUs'] as const) {
        const [is, was] = [operation[name] ?? NaN, wanted[name] ?? NaN];
        assert.ok(Math.abs(is - was) <= 0.004 * was, `${name}: ${is}, not ${was}`);
      }
    }
  });

  it('of percentiles alone are not merged: it is said whose they are, and each host keeps its own', () => {
    const { operations, hosts } = mergedOf([
      { host: 'web1', text: fio('web1', {}) },
      { host: 'web2', text: fio('web2', { percentile: { '95.000000': 5000, '99.000000': 7000 } }) },
    ]);
    const [read] = operations;
    assert.equal(read?.notMergeable, "of web[1-2] only percentiles are known, and these don't merge");
    assert.deepEqual([read?.p95Us, read?.p99Us, read?.histogram], [null, null, []]);
    assert.deepEqual([read?.count, read?.minUs, read?.maxUs], [20, 1, 9]);
    assert.deepEqual(
      hosts.map(({ byOperation }) => byOperation?.[0]?.percentiles),
      [
        [
          [95, 3],
          [99, 9],
        ],
        [
          [95, 5],
          [99, 7],
        ],
      ],
    );
  });

  it('of one host that has percentiles only are those', () => {
    const [read] = mergedOf([{ host: 'web1', text: fio('web1', {}) }]).operations;
    assert.deepEqual([read?.p95Us, read?.p99Us, read?.p999Us, read?.latencyOf], [3, 9, null, 'completion']);
  });

  it('are of operations that are called alike: with their jobs, where two of them would have one name', () => {
    const jobs = ['a', 'b', 'c'].map((name) => JSON.stringify(fioJob(name, { ios: 10, bytes: 40_960 })));
    const writing = jobs.map((job, at) => (at < 2 ? job : job.replace('"read":{', '"write":{')));
    const text = `{"fio version":"fio-3.33","timestamp_ms":1735787050500,"jobs":[${writing.join(',')}]}`;
    const names = mergedOf([{ host: 'web1', text }]).operations.map(({ name }) => name);
    assert.deepEqual(names, ['read, job a, group 0', 'read, job b, group 0', 'write, job c, group 0']);
  });

  it('are added where fio has bins, and the submission to the completion is what they are of', () => {
    const bins = { bins: { 1000: 30, 2000: 60, 9000: 10 } };
    const { operations } = mergedOf(['a', 'b'].map((host) => ({ host, text: fio(host, bins, { ios: 100 }) })));
    const [read] = operations;
    assert.equal(read?.notMergeable, undefined);
    assert.equal(read?.latencyOf, 'completion');
    assert.ok(Math.abs((read?.p50Us ?? NaN) - 2) < 0.01);
    assert.equal(
      read?.histogram.reduce((sum, [, count]) => sum + count, 0),
      200,
    );
    assert.deepEqual(
      read?.otherLatencies?.map(({ of }) => of),
      ['total'],
    );
  });
});
