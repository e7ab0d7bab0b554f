import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readResultFile } from '../../../src/formats/read-file.ts';
import { cyclesOf } from '../../../src/report/funkload/cycles.ts';
import { stepRows, tablesOf, type FunkloadTables } from '../../../src/report/funkload/tables.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench, response, testResult } from '../../support/funkload.ts';
import { measuredOf } from '../../support/result-files.ts';
import { samplesOf } from '../../support/samples.ts';

function tables(elements: readonly string[], durationSeconds = 10): FunkloadTables {
  return tablesOf(cyclesOf([measuredOf(bench(elements))]), durationSeconds);
}

/** Of the only row, by its column. */
function page(elements: readonly string[]) {
  const [row = []] = tables(elements).Page;
  const [users, apdex, rating, rate, peak, count, success, failed, min, avg, max, p10, med, p90, p95] = row;
  return { users, apdex, rating, rate, peak, count, success, failed, min, avg, max, p10, med, p90, p95 };
}

describe("FunkLoad's tables", () => {
  it('count successful tests over the configured duration, whatever it took', () => {
    const failed = testResult(2, 9, { result: 'Failure' });
    const { Test } = tables([testResult(1, 0.5), testResult(1.5, 0.5), failed], 30);
    assert.deepEqual(Test, [['1', '0.067', '3', '2', '33.33%']]);
  });

  it('have no row of tests where none ended, and one of zeros where no page began', () => {
    const options = { type: 'options' } as const;
    assert.deepEqual(tables([response(1, 0.5, options)]), {
      Test: [],
      Page: [
        [
          '1',
          '0.000',
          'UNACCEPTABLE',
          '0.000',
          '0.000',
          '0',
          '0',
          '0.00%',
          ...Array(3).fill('0.000'),
          ...Array(4).fill('-1.000'),
        ],
      ],
      Request: [['1', '1.000', 'Excellent', '0.100', '1.000', '1', '1', '0.00%', ...Array(7).fill('0.500')]],
    });
  });

  it('divide the time of successful pages by all pages, so that the mean is below the least', () => {
    const { count, success, failed, min, avg, max } = page([response(1, 0.8), response(2, 0.1, { result: 'Failure' })]);
    assert.deepEqual([count, success, failed], ['2', '1', '50.00%']);
    assert.deepEqual([min, avg, max], ['0.800', '0.400', '0.800']);
  });

  it('count a request that failed fast as satisfied', () => {
    const failures = Array.from({ length: 10 }, (_, at) => response(at, 0.1, { result: 'Failure' }));
    const { apdex, rating, failed } = page(failures);
    assert.deepEqual([apdex, rating, failed], ['1.000', 'Excellent', '100.00%']);
  });

  it('judge a page by its requests one by one, not by how long it took', () => {
    const link = response(2, 1.4, { type: 'link', number: 2 });
    assert.deepEqual(page([response(1, 1.4), link]).max, '2.800');
    assert.equal(page([response(1, 1.4), link]).apdex, '1.000');
  });

  it('put Apdex limits themselves into the worse range', () => {
    assert.equal(page([response(1, 1.5)]).apdex, '0.500');
    assert.equal(page([response(1, 6)]).apdex, '0.000');
  });

  it('leave a request before the first page of its thread out of the pages, and count it among requests', () => {
    const { Page, Request } = tables([response(1, 7, { type: 'link' }), response(2, 0.5)]);
    assert.deepEqual([Page[0]?.[1], Page[0]?.[5]], ['1.000', '1']);
    assert.deepEqual([Request[0]?.[1], Request[0]?.[5]], ['0.500', '2']);
  });

  it('take the percentile one rank above the nearest', () => {
    const { p10, med, p90, p95 } = page(Array.from({ length: 10 }, (_, at) => response(at, (at + 1) / 10)));
    assert.deepEqual([p10, med, p90, p95], ['0.200', '0.600', '1.000', '1.000']);
  });

  it('have as their peak the most that began within one second of the clock', () => {
    const starts = [1.1, 1.9, 2, 2.1, 2.2, 5];
    assert.equal(page(starts.map((start) => response(start, 0.1))).peak, '3.000');
    assert.equal(page(starts.map((start) => response(start, 0.1, { result: 'Error' }))).peak, '0.000');
  });

  it('keep cycles in the order in which they ran, also where users fall', () => {
    const elements = [50, 10].map((users, cycle) => response(cycle, 0.5, { cycle, users }));
    assert.deepEqual(
      tables(elements).Request.map(([users]) => users),
      ['50', '10'],
    );
  });

  it('pool the responses of several nodes, and multiply the users', () => {
    const nodes = [response(1, 0.5), response(1.2, 1.5)].map((element) => measuredOf(bench([element])));
    const [row] = tablesOf(cyclesOf(nodes), 10).Request;
    assert.deepEqual(row?.slice(0, 9), ['2', '0.750', 'FAIR', '0.200', '2.000', '2', '2', '0.00%', '0.500']);
  });

  it('refuse results of which only histograms were kept', () => {
    const measured = measuredOf(bench([response(1, 0.5)]));
    const histogram: [number, number][] = [[1, 1]];
    const latencies = [{ of: 'total', spread: { kind: 'histogram', histogram } } as const];
    const folded = {
      ...measured,
      operations: measured.operations.map((each) => Object.assign({}, each, { latencies })),
    };
    assert.throws(() => cyclesOf([folded]), /too many measurements/);
  });
});

describe("FunkLoad's own reports", { skip: samplesOf('funkload/pairs').skip }, () => {
  const { path, skip } = samplesOf('funkload/pairs');
  for (const name of skip === false ? readdirSync(path) : []) {
    const rst = (): string => readFileSync(join(path, name, 'index.rst'), 'utf8');

    it(`have the same Test, Page and Request tables: ${name}`, async () => {
      const { results } = await readResultFile(join(path, name, 'funkload.xml'));
      const expected = tablesIn(rst());
      assert.ok(expected.Request.length > 0);
      assert.deepEqual(tablesOf(cyclesOf(results), results[0]?.asked.durationSeconds ?? 0), expected);
    });

    it(`have the same table of every request: ${name}`, async () => {
      const { results } = await readResultFile(join(path, name, 'funkload.xml'));
      const cycles = cyclesOf(results);
      const first = cycles.find(({ steps }) => steps.size > 0);
      const expected = rst()
        .split(/^\* Req: /m)
        .slice(1)
        .map(rowsIn);
      assert.deepEqual(
        [...(first?.steps.keys() ?? [])].map((key) => stepRows(cycles, key)),
        expected,
      );
    });
  }
});

function tablesIn(rst: string): FunkloadTables {
  const under = (title: string): readonly (readonly string[])[] =>
    rowsIn(rst.split(new RegExp(`^${title}\n-+\n`, 'm'))[1] ?? '');
  return { Test: under('Test stats'), Page: under('Page stats'), Request: under('Request stats') };
}

/** Up to the next title. */
function rowsIn(text: string): readonly (readonly string[])[] {
  const [own = ''] = text.split(/\n[^\n]+\n[-~]{4,}\n/);
  return own
    .split('\n')
    .filter((line) => /^ +\d+ +\d/.test(line))
    .map((line) => line.trim().split(/ +/));
}
