import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseTarget, withApdex } from '../../src/controller/expect/apdex-targets.ts';
import { parseExpectation } from '../../src/controller/expect/expectation.ts';
import { judgeExpectations, reasonOf } from '../../src/controller/expect/judge-expectations.ts';
import { operationsOf, readThresholds } from '../../src/controller/expect/thresholds.ts';
import { mergeRun, writeRun } from '../../src/controller/merge/merge.ts';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { apdexOf, scoreOf } from '../../src/model/apdex.ts';
import { FunbricError } from '../../src/model/errors.ts';
import { bucketOf, newHistogram, toSparse } from '../../src/model/histogram.ts';
import { planSchema } from '../../src/model/plan.ts';
import { runSchema, type MergedOperation } from '../../src/model/run.ts';
import { expectationsSection } from '../../src/report/sections/expectations.ts';
import { verdictSection } from '../../src/report/sections/verdict.ts';
import { filesSpec } from '../support/agent-process.ts';
import { fioJob } from '../support/result-files.ts';
import { stageRun } from '../support/staged-run.ts';
import { funkloadOf, mergedOf } from '../support/tool-results.ts';

const known = operationsOf({ engine: 'files', workers: 1 });

/** A refusal is of what the user typed, and says what was probably meant. */
function refused(act: () => unknown, message: RegExp, hint: RegExp): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof FunbricError);
    assert.equal(error.code, 'usage');
    assert.match(error.message, message);
    assert.match(error.hint ?? '', hint);
    return true;
  });
}

describe('an expectation', () => {
  const cases: readonly (readonly [text: string, figure: string, comparison: string, limit: number, unit: string])[] = [
    ['read.p99<20ms', 'read p99', '<', 20_000, 'us'],
    ['errors<0.1%', 'all errors', '<', 0.001, 'share'],
    ['errors<=0', 'all errors', '<=', 0, 'share'],
    ['p99.99 <= 1.5 s', 'all p99.99', '<=', 1_500_000, 'us'],
    ['write.p99.9<500us', 'write p99.9', '<', 500, 'us'],
    ['rate>1000', 'all rate', '>', 1000, 'perSecond'],
    ['fsync.rate>=2.5/s', 'fsync rate', '>=', 2.5, 'perSecond'],
    ['write.throughput>=10MiB/s', 'write throughput', '>=', 10 * 2 ** 20, 'bytesPerSecond'],
    ['count>100', 'all count', '>', 100, 'count'],
    ['read.apdex>=0.9', 'read apdex', '>=', 0.9, 'score'],
    ['read.max<60s', 'read max', '<', 60e6, 'us'],
  ];
  for (const [text, figure, comparison, limit, unit] of cases) {
    it(`is ${text}`, () => {
      const told = parseExpectation(text, known);
      assert.equal(`${told.operation ?? 'all'} ${told.metric}`, figure);
      assert.deepEqual([told.comparison, told.limit, told.unit], [comparison, limit, unit]);
    });
  }

  it('may be of an operation of another tool, with dots in its name', () => {
    const { operation, metric } = parseExpectation('GET /a.html.p99.9<20ms');
    assert.deepEqual([operation, metric], ['GET /a.html', 'p99.9']);
  });

  const slips: readonly (readonly [text: string, message: RegExp, hint: RegExp])[] = [
    ['read.p9x<20ms', /"p9x" is no metric/, /did you mean p9/],
    ['read.troughput>1MiB/s', /"troughput" is no metric/, /did you mean throughput\?/],
    ['raed.p99<20ms', /"raed" is no operation/, /did you mean read\?/],
    ['read<20ms', /"read" is no metric/, /it is an operation.*read\.p99/],
    ['read.p99=20ms', /there is no <, <=, > or >=/, /read\.p99<20ms/],
    ['read.p99<20', /20 has no unit/, /units of p99 are us, ms, s/],
    ['read.p99<20msec', /"msec" is no unit of p99/, /units of p99 are/],
    ['write.throughput>5MB/s', /"MB\/s" is no unit of throughput/, /did you mean MiB\/s\?/],
    ['errors<5', /5 has no unit/, /units of errors are %/],
    ['errors<500%', /more than all/, /100%/],
    ['apdex>94', /more than all/, /0 to 1/],
    ['read.p99<fast', /"fast" is no number/, /units of p99/],
    ['read.p100<1s', /"p100" is no metric/, /metrics are|did you mean/],
    ['read.p0<1s', /"p0" is no metric/, /metrics are|did you mean/],
    ['<1s', /there is no metric/, /metrics are/],
    ['', /there is no </, /read\.p99/],
  ];
  for (const [text, message, hint] of slips) {
    it(`is refused as ${JSON.stringify(text)}, with what is wrong in it`, () =>
      refused(() => parseExpectation(text, known), message, hint));
  }

  it('of Apdex needs the time that satisfies', () => {
    refused(() => readThresholds([{ expect: ['read.apdex>0.9'] }]), /needs a time that satisfies/, /--apdex 10ms/);
    refused(() => readThresholds([{ expect: ['read.apdex>0.9'], apdex: ['write=1ms'] }]), /needs a time/, /--apdex/);
    assert.equal(readThresholds([{ expect: ['read.apdex>0.9'] }, { apdex: ['5ms'] }]).expectations.length, 1);
    refused(() => parseTarget('raed=5ms', known), /"raed" is no operation/, /did you mean read/);
    for (const text of ['5', '0ms', 'read=', '5m']) refused(() => parseTarget(text), /it is no time/, /10ms/);
  });
});

/** Samples of these latencies in ms, each so often. */
function operation(
  name: string,
  samples: Readonly<Record<number, number>>,
  more: Partial<MergedOperation> = {},
): MergedOperation {
  const histogram = newHistogram();
  let count = 0;
  for (const [ms, times] of Object.entries(samples)) {
    histogram[bucketOf(Number(ms) * 1e6)] = times;
    count += times;
  }
  const none = {
    minUs: null,
    meanUs: null,
    p50Us: null,
    p95Us: null,
    p99Us: null,
    p999Us: null,
    p9999Us: null,
    maxUs: null,
  };
  return {
    ...none,
    name,
    count,
    errors: 0,
    errorsByName: {},
    bytes: count * 4096,
    perSecond: count / 10,
    histogram: toSparse(histogram),
    ...more,
  };
}

function outcomesOf(expect: readonly string[], operations: readonly MergedOperation[]): readonly string[] {
  const { expectations } = readThresholds([{ expect }]);
  return judgeExpectations(expectations, operations).map(
    (one) => `${one.outcome}${one.outcome === 'met' ? '' : `: ${reasonOf(one)}`}`,
  );
}

describe('what was expected', () => {
  const read = operation('read', { 1: 990, 50: 10 }, { errors: 2 });
  const write = operation('write', { 4: 300 });

  it('is met or missed by the merged figures, and a miss says what was asked and found', () => {
    assert.deepEqual(
      outcomesOf(['read.p99<2ms', 'read.p99.5<2ms', 'read.max>=49ms', 'write.mean<=4.1ms'], [read, write]),
      ['met', 'missed: expected read.p99.5<2ms, found 49.9384 ms', 'met', 'met'],
    );
    assert.deepEqual(outcomesOf(['read.errors<0.1%', 'errors<0.2%', 'read.errors<=0.2%'], [read, write]), [
      'missed: expected read.errors<0.1%, found 0.2 %',
      'met',
      'met',
    ]);
    assert.deepEqual(
      outcomesOf(['rate>130/s', 'rate>=130/s', 'write.throughput<0.1MiB/s', 'count>=1300'], [read, write]),
      [
        'missed: expected rate>130/s, found 130/s',
        'met',
        'missed: expected write.throughput<0.1MiB/s, found 0.117188 MiB/s',
        'met',
      ],
    );
  });

  it('of all operations is of all their latencies together, not of the mean of percentiles', () => {
    // The 99th of a hundred is among the slow ones of read, which are 10 of 1,300.
    assert.deepEqual(outcomesOf(['p99<5ms', 'p99.5<5ms'], [read, write])[0], 'met');
    assert.match(outcomesOf(['p99.5<5ms'], [read, write])[0] ?? '', /^missed: .* found 49\.\d+ ms$/);
  });

  it('is unknown where samples are too few, or nobody did such an operation, with what there is', () => {
    assert.deepEqual(
      outcomesOf(['write.p99<1s', 'read.p99.9<1s', 'fsync.p50<1s', 'rate>1'], [write, read].slice(0, 1)),
      [
        "unknown: expected write.p99<1s, which can't be told: it takes 368 samples, and there are 300 samples",
        "unknown: expected read.p99.9<1s, which can't be told: no read was done, but write",
        "unknown: expected fsync.p50<1s, which can't be told: no fsync was done, but write",
        'met',
      ],
    );
    assert.match(outcomesOf(['errors<1%'], [])[0] ?? '', /unknown: .*no operation was done$/);
    const untimed = { ...write, perSecond: 0 };
    assert.match(outcomesOf(['rate>1'], [untimed])[0] ?? '', /unknown: .*no host said how long/);
  });
});

describe("what is expected of another tool's operations", () => {
  const judge = (text: string, operations: readonly MergedOperation[]): string => {
    const [judged] = judgeExpectations([parseExpectation(text)], operations);
    return judged === undefined
      ? ''
      : judged.outcome === 'unknown'
        ? (judged.why ?? '')
        : `${judged.outcome} ${judged.found}`;
  };
  const bench = mergedOf([{ host: 'web1', text: funkloadOf({ cycles: [2, 4] }) }]).operations;
  const job = (name: string, ios: number): object => fioJob(name, { ios, bytes: 4096 });
  const jobs = mergedOf([
    { host: 'web1', text: JSON.stringify({ 'fio version': 'fio-3.33', jobs: [job('one', 10), job('two', 30)] }) },
  ]).operations;

  it('goes by kind, the name of the tool, its job, or the name in the report, however they are written', () => {
    for (const [text, found] of [
      ['Request.count>1', 'met 6'],
      ['page.count>1', 'met 6'],
      ['get /.count>1', 'met 6'],
      ['Look, cycle 1 (4 users).count>1', 'met 3'],
    ] as const)
      assert.equal(judge(text, bench), found, text);
    for (const [text, found] of [
      ['read.count>1', 'met 40'],
      ['READ.count>1', 'met 40'],
      ['two.count>1', 'met 30'],
      ['one.read.count>1', 'met 10'],
    ] as const)
      assert.equal(judge(text, jobs), found, text);
  });

  it('says of a wrong name which there are, once each, and which was probably meant', () => {
    assert.equal(judge('pagge.p95<1s', bench), 'no pagge was done, but page, request, Look, get /; did you mean page?');
    assert.equal(judge('write.p95<1s', jobs), 'no write was done, but read, one, two');
  });

  it('may be of Apdex by the same names', () => {
    const asked = readThresholds([{ apdex: ['Request=1s'] }]);
    const timed = withApdex(bench, asked.targets).flatMap(({ kind, apdex }) => (apdex === undefined ? [] : [kind]));
    assert.deepEqual([...new Set(timed)], ['request']);
  });
});

describe('Apdex', () => {
  const histogram = newHistogram();
  histogram[bucketOf(1e6)] = 60;
  histogram[bucketOf(3e6)] = 30;
  histogram[bucketOf(9e6)] = 10;

  it('counts who waits up to four times as long half', () => {
    const told = apdexOf(histogram, { targetUs: 1100, errors: 0 });
    assert.deepEqual(told, { targetUs: 1100, samples: 100, satisfied: 60, tolerated: 30, score: 0.75 });
  });

  it('counts errors as frustrated, however quick they were', () => {
    assert.equal(apdexOf(histogram, { targetUs: 1100, errors: 20 }).score, 0.55);
    assert.equal(apdexOf(histogram, { targetUs: 1100, errors: 80 }).score, 0.05);
    assert.equal(apdexOf(histogram, { targetUs: 1100, errors: 100 }).score, 0);
  });

  it('is not told of less than a hundred samples', () => {
    histogram[bucketOf(9e6)] = 9;
    assert.equal(apdexOf(histogram, { targetUs: 1100, errors: 0 }).score, null);
    assert.equal(
      scoreOf([
        { samples: 50, satisfied: 50, tolerated: 0 },
        { samples: 50, satisfied: 0, tolerated: 0 },
      ]),
      0.5,
    );
  });
});

describe('the verdict of a run of which something was expected', () => {
  const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  const original = join(root, 'original');
  before(async () => {
    const dir = mkdtempSync(join(root, 'dir-'));
    const workload = filesSpec(dir, { workers: 1, durationMs: 60_000, operationsLimit: 60, filesPerFolder: 1 });
    await stageRun({ folder: original, workload, seed: 7 });
  });

  function planned(expect: readonly string[]): string {
    const folder = mkdtempSync(join(root, 'run-'));
    cpSync(original, folder, { recursive: true });
    const path = join(folder, runFiles.plan);
    const plan = planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const tasks = plan.tasks.map((task) => ({ ...task, thresholds: { expect: [...expect], apdex: ['10ms'] } }));
    writeFileSync(path, JSON.stringify({ ...plan, tasks }));
    return folder;
  }

  it('is FAIL where a figure is otherwise, said in run.json, report and junit.xml', async () => {
    const folder = planned(['count<1', 'errors<=0%']);
    const run = await mergeRun(folder);
    await writeRun(folder, run);
    assert.equal(run.verdict, 'fail');
    assert.deepEqual(run.reasons, ['expected count<1, found 120']);
    const { expectations = [], operations } = runSchema.parse(
      JSON.parse(readFileSync(join(folder, runFiles.run), 'utf8')),
    );
    assert.deepEqual(
      expectations.map(({ asked, outcome, found }) => [asked, outcome, found]),
      [
        ['count<1', 'missed', 120],
        ['errors<=0%', 'met', 0],
      ],
    );
    assert.ok(operations.every(({ apdex }) => apdex?.targetUs === 10_000 && apdex.score === null));
    const junit = readFileSync(join(folder, runFiles.junit), 'utf8');
    assert.match(junit, /<testsuite name="expectations" tests="2" failures="1" errors="0" skipped="0">/);
    assert.match(junit, /<testcase name="count&lt;1" classname="expectations"[^>]*>\s*<failure message="found 120">/);
    const [verdict] = verdictSection.blocks(run);
    assert.ok(verdict?.kind === 'verdict');
    assert.match(verdict.headline, /Not what was expected/);
    assert.deepEqual(verdict.dimensions.at(-1), {
      label: 'Expectations',
      word: 'Missed',
      tone: 'bad',
      detail: 'count<1; 1 of 2 met',
    });
    const [table] = expectationsSection.blocks(run);
    assert.deepEqual(table?.kind === 'table' ? table.rows[0]?.cells : [], ['count<1', '120', 'missed', '-']);
  });

  it('is INCOMPLETE where a figure can not be told, and PASS where all are met', async () => {
    const unknown = await mergeRun(planned(['write.p99.99<3600s']));
    assert.equal(unknown.verdict, 'incomplete');
    assert.match(
      unknown.reasons.join(),
      /^expected write\.p99\.99<3600s, which can't be told: it takes 36,887 samples/,
    );
    assert.equal((await mergeRun(planned(['count>=120', 'errors<1%', 'rate>0.001']))).verdict, 'pass');
  });

  it('also comes from what merge is told beside the plan, which holds as well', async () => {
    const run = await mergeRun(planned(['count>=120']), undefined, {
      thresholds: { expect: ['count<1', 'count>=120'] },
    });
    assert.deepEqual([run.verdict, run.expectations?.length], ['fail', 2]);
    await assert.rejects(
      mergeRun(planned([]), undefined, { thresholds: { expect: ['cuont<1'] } }),
      /"cuont" is no metric/,
    );
  });

  it('is refused as input where the plan was changed to what is none', async () => {
    await assert.rejects(mergeRun(planned(['cuont<1'])), (error) => {
      assert.ok(error instanceof FunbricError && error.code === 'input');
      assert.match(error.message, /^plan\.json: .*"cuont" is no metric/);
      return true;
    });
  });
});
