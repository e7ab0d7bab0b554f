import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { benchOf } from '../../../src/controller/funkload/bench.ts';
import { readResultFile } from '../../../src/formats/read-file.ts';
import { benchSchema, type Bench, type BenchKind } from '../../../src/model/bench.ts';
import { bench, response, testResult, type ResponseFields } from '../../support/funkload.ts';
import { funkloadText, jtlText, measuredOf, readBytes } from '../../support/result-files.ts';
import { samplesOf } from '../../support/samples.ts';

/** Of one host an element list. */
function benchFrom(...hosts: readonly (readonly string[])[]): Bench {
  const made = benchOf(hosts.map((elements, at) => measuredOf(bench(elements, { node: `n${at}` }))));
  assert.ok(made !== undefined);
  return benchSchema.parse(made);
}

function differences(
  { differences: all }: Bench,
  kind: BenchKind,
): Readonly<Record<string, readonly [string, string]>> {
  const own = all.filter((each) => each.kind === kind);
  return Object.fromEntries(own.map(({ figure, right, funkload }) => [figure, [right, funkload]]));
}

function many(count: number, seconds: number, fields: ResponseFields = {}): readonly string[] {
  return Array.from({ length: count }, (_, at) => response(100 + at / 20, seconds, fields));
}

describe('the bench in a run of FunkLoad results', () => {
  it('divides the time of successful pages by successful pages', () => {
    const made = benchFrom([response(100, 0.8), response(101, 0.1, { result: 'Failure' })]);
    assert.equal(made.cycles[0]?.page?.meanUs, 800_000);
    assert.deepEqual(differences(made, 'page')['AVG'], ['0.800', '0.400']);
    assert.match(made.differences.find(({ figure }) => figure === 'AVG')?.reason ?? '', /number of all pages/);
  });

  it('lets failures frustrate, however fast, and judges no group below a hundred', () => {
    const failed = benchFrom([...many(90, 0.1, { result: 'Failure' }), ...many(10, 0.1)]);
    assert.equal(failed.cycles[0]?.page?.apdex, 0.1);
    assert.deepEqual(differences(failed, 'page')['Apdex'], ['0.100', '1.000']);
    assert.deepEqual(differences(failed, 'request')['Apdex'], ['0.100', '1.000']);
    assert.equal(benchFrom([...many(99, 0.1)]).cycles[0]?.page?.apdex, null);
  });

  it('judges a page by how long all of it took', () => {
    const pages = many(100, 1).flatMap((page) => [page, page.replace('type="get"', 'type="link"')]);
    const made = benchFrom(pages);
    assert.equal(made.cycles[0]?.page?.apdex, 0.5);
    assert.deepEqual(differences(made, 'page')['Apdex'], ['0.500', '1.000']);
  });

  it('keeps failed requests out of the times of requests', () => {
    const { cycles } = benchFrom([response(100, 0.5), response(101, 30, { result: 'Error' })]);
    assert.deepEqual([cycles[0]?.request?.count, cycles[0]?.request?.failed], [2, 1]);
    assert.deepEqual([cycles[0]?.request?.minUs, cycles[0]?.request?.maxUs], [500_000, 500_000]);
  });

  it('takes percentiles by nearest rank, and none of too few', () => {
    const elements = Array.from({ length: 100 }, (_, at) => response(100 + at / 20, (at + 1) / 1000));
    const page = benchFrom(elements).cycles[0]?.page;
    assert.deepEqual([page?.p50Us, page?.p90Us, page?.p95Us, page?.p99Us], [50_000, 90_000, 95_000, null]);
    assert.deepEqual(differences(benchFrom(elements), 'page')['MED'], ['0.050', '0.051']);
    const odd = benchFrom([...elements, response(105, 0.101)]).cycles[0]?.page;
    assert.deepEqual([odd?.p50Us, odd?.p90Us, odd?.p95Us], [51_000, 91_000, 96_000]);
  });

  it('counts rates over the time for which the cycle was to go on, also where nothing ended any more', () => {
    const { cycles } = benchFrom([response(100, 1), response(102, 1)]);
    assert.deepEqual([cycles[0]?.seconds, cycles[0]?.page?.perSecond], [10, 0.2]);
  });

  it('counts rates over the time in which all hosts were in the cycle, and only what ended in it', () => {
    const early = [response(100, 1), response(105, 1)];
    const late = [response(104, 1), response(113, 0.5)];
    const [cycle] = benchFrom(early, late).cycles;
    assert.deepEqual([cycle?.users, cycle?.seconds], [2, 6]);
    assert.equal(cycle?.request?.perSecond, 2 / 6);
  });

  it('has the same figures in any order of hosts', () => {
    const hosts = [
      [response(100, 1), testResult(100, 2)],
      [response(101, 3)],
      [response(102, 0.5, { result: 'Error' })],
    ];
    const { cycles, requests, timeline, differences: parted } = benchFrom(...hosts);
    const turned = benchFrom(...hosts.toReversed());
    assert.deepEqual(
      [turned.cycles, turned.requests, turned.timeline, turned.differences],
      [cycles, requests, timeline, parted],
    );
  });

  it('shows every request of any cycle, in the order of the pages', () => {
    const place = { step: 2, number: 1, url: '/late', description: 'Late', cycle: 1, users: 5 };
    const { requests } = benchFrom([response(100, 1), response(111, 1, place)]);
    const told = requests.map(({ cycles, ...request }) => [
      Object.values(request).join(' '),
      cycles.map(({ index, count }) => [index, count]),
    ]);
    assert.deepEqual(told, [
      ['001 001 get / Home', [[0, 1]]],
      ['002 001 get /late Late', [[1, 1]]],
    ]);
  });

  it('shows requests over time with the users of the cycle', () => {
    const later = { cycle: 1, users: 5, result: 'Failure' };
    const { timeline } = benchFrom([response(100, 1), response(100.5, 1), response(111.5, 1, later)]);
    assert.deepEqual(timeline[0], { startMs: 0, requestsPerSecond: 2, failedPerSecond: 0, users: 1 });
    assert.deepEqual(timeline[11], { startMs: 11_000, requestsPerSecond: 1, failedPerSecond: 1, users: 5 });
    assert.equal(timeline.length, 12);
  });

  it('keeps as many steps and points as a chart has, however long it went on', () => {
    const monitors = Array.from(
      { length: 5000 },
      (_, at) => `<monitor key="t:000:001" host="db" time="${100 + at}" loadAvg1min="${at === 3333 ? 99 : 1}" />`,
    );
    const { timeline, monitored } = benchFrom([response(100, 1), response(5100, 1), ...monitors]);
    assert.ok(timeline.length <= 600);
    const [load] = monitored;
    assert.ok(load !== undefined && load.points.length <= 240);
    assert.ok(load.points.some(([, value]) => value === 99));
  });

  it('times what was monitored from the first start of any host', () => {
    const { monitored } = benchSchema.parse(benchOf([measuredOf(funkloadText)]));
    assert.deepEqual(
      monitored.map(({ host, name, points }) => [host, name, points]),
      [
        [
          'db',
          'load average',
          [
            [-50, 0.5],
            [950, 1.5],
          ],
        ],
        [
          'db',
          'memFree',
          [
            [-50, 1000],
            [950, 900],
          ],
        ],
      ],
    );
  });

  it('says why it has no cycles where only histograms were kept', () => {
    const measured = measuredOf(bench([response(100, 1)]));
    const histogram: [number, number][] = [[1, 1]];
    const latencies = [{ of: 'total', spread: { kind: 'histogram', histogram } } as const];
    const folded = {
      ...measured,
      operations: measured.operations.map((each) => Object.assign({}, each, { latencies })),
    };
    const made = benchOf([folded]);
    assert.match(made?.note ?? '', /histograms/);
    assert.deepEqual([made?.cycles, made?.configuration.length], [[], 12]);
  });

  it('is not there where no result is of FunkLoad', () => {
    assert.equal(benchOf(readBytes(jtlText).results), undefined);
  });
});

describe('real benches', { skip: samplesOf('funkload/pairs').skip }, () => {
  const { path, skip } = samplesOf('funkload/pairs');
  for (const name of skip === false ? readdirSync(path) : []) {
    it(`differ from FunkLoad only where a reason is known: ${name}`, async () => {
      const { results } = await readResultFile(join(path, name, 'funkload.xml'));
      const made = benchSchema.parse(benchOf(results));
      assert.ok(made.cycles.length > 0);
      for (const { reason } of made.differences) assert.notEqual(reason, 'it is rounded otherwise');
    });
  }
});
