/** Two runs of other people's tools beside each other: what each host's result files say decides, as with our own stress. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { compareRuns, comparisonVerdict, type RunComparison } from '../../src/controller/compare/compare-runs.ts';
import type { Difference } from '../../src/controller/compare/likeness.ts';
import { comparisonLines, comparisonRecords } from '../../src/controller/compare/lines.ts';
import { mergeFiles } from '../../src/controller/merge-files/merge-files.ts';
import { funbric } from '../support/funbric.ts';
import { fioJob } from '../support/result-files.ts';
import { uniform } from '../support/synthetic-run.ts';
import { funkloadOf, junitOf } from '../support/tool-results.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

let runs = 0;

/** A run made of one file a host. */
async function merged(files: Readonly<Record<string, string>>, isForced = false): Promise<string> {
  const folder = mkdtempSync(join(root, 'desk-'));
  mkdirSync(join(folder, 'in'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'in', name), text);
  const identity = { run: `run-${++runs}`, version: '0.1.0', createdAt: '2025-01-02T03:04:05.000Z' };
  const reportsFolder = join(folder, 'reports');
  await mergeFiles({ inputs: ['in'], currentFolder: folder, reportsFolder, isForced, identity });
  return join(reportsFolder, identity.run);
}

async function told(before: string, then: string, isForced = false): Promise<RunComparison> {
  const compared = await compareRuns({ before, after: then }, { threshold: 0.05, isForced });
  assert.ok('comparisons' in compared, JSON.stringify(compared));
  return compared;
}

async function refused(before: string, then: string): Promise<readonly Difference[]> {
  const compared = await compareRuns({ before, after: then }, { threshold: 0.05, isForced: false });
  assert.ok(!('comparisons' in compared), 'it was compared');
  return compared.differences;
}

function outcomesOf({ comparisons }: RunComparison): Readonly<Record<string, string>> {
  return Object.fromEntries(comparisons.map(({ operation, metric, outcome }) => [`${operation} ${metric}`, outcome]));
}

function byHost(hosts: number, textOf: (host: number) => string, ending = 'xml'): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: hosts }, (_, host) => [`web${host + 1}.${ending}`, textOf(host)]));
}

interface Bench {
  readonly hosts?: number;
  readonly seed?: number;
  /** Of what they took before. */
  readonly slower?: number;
  readonly failing?: readonly number[];
  readonly cycles?: readonly number[];
  readonly requests?: number;
}

/** Requests of a tenth of a second, each host with a speed of its own. */
function bench({
  hosts = 8,
  seed = 1,
  slower = 1,
  failing = [],
  cycles = [2],
  requests = 100,
}: Bench): Promise<string> {
  const random = uniform(seed);
  const textOf = (host: number): string => {
    const own = 0.1 * (1 + 0.3 * Math.sin(host));
    const durations = Array.from({ length: requests }, () => own * slower * (0.95 + 0.1 * random()));
    return funkloadOf({ node: `web${host + 1}`, cycles, durations, every: 0.15, failing });
  };
  return merged(byHost(hosts, textOf));
}

describe('two benches of FunkLoad', () => {
  it('are the same where they did the same, request by request', async () => {
    const compared = await told(await bench({ seed: 1 }), await bench({ seed: 2 }));
    assert.equal(compared.isPaired, true);
    assert.deepEqual(outcomesOf(compared), {
      'all rate': 'same',
      'all errors': 'same',
      'Look rate': 'same',
      'Look p50': 'same',
      'Look p99': 'same',
      'get / rate': 'same',
      'get / p50': 'same',
      'get / p99': 'same',
    });
    assert.equal(comparisonVerdict(compared), 'pass');
  });

  it('are worse where requests take a third longer, and better the other way round', async () => {
    const [before, then] = [await bench({ seed: 1 }), await bench({ seed: 2, slower: 1.3 })];
    const worse = await told(before, then);
    assert.equal(outcomesOf(worse)['get / p99'], 'worse');
    assert.equal(comparisonVerdict(worse), 'fail');
    assert.equal(outcomesOf(await told(then, before))['get / p99'], 'better');
    const row = worse.comparisons.find(({ operation, metric }) => operation === 'get /' && metric === 'p50');
    // Worked out from the file: the median of a host like these is a tenth of a second.
    assert.ok(row?.before !== null && row?.after !== null && row !== undefined);
    assert.ok(row.after / row.before > 1.2 && row.after / row.before < 1.4, `${row.before} ${row.after}`);
  });

  it('fail more where requests fail on all hosts', async () => {
    const compared = await told(await bench({ seed: 1 }), await bench({ seed: 1, failing: [1, 2, 3, 4, 5, 6] }));
    assert.equal(outcomesOf(compared)['all errors'], 'worse');
  });

  it('of other numbers of hosts are compared host by host, as rates of one', async () => {
    const compared = await told(await bench({ hosts: 8 }), await bench({ hosts: 12, seed: 3 }));
    assert.deepEqual([compared.isPaired, compared.isPerHost], [false, true]);
    assert.equal(outcomesOf(compared)['all rate'], 'same');
    assert.ok(comparisonLines(compared).includes('rates are of one host, as the runs have other numbers of hosts'));
  });

  it('of a few requests are compared by their means, and the percentiles are left out', async () => {
    const compared = await told(await bench({ requests: 3 }), await bench({ requests: 3, slower: 2 }));
    assert.equal(outcomesOf(compared)['get / mean'], 'worse');
    assert.ok(compared.leftOut.includes('get / p50'));
  });

  it('of other cycles are refused, with both values', async () => {
    const differences = await refused(await bench({}), await bench({ cycles: [2, 4] }));
    assert.deepEqual(differences, [{ what: 'cycles', before: '2', after: '2, 4' }]);
  });

  it('of which one was cut are refused, unless that is forced', async () => {
    const [before, whole] = [await bench({ seed: 1 }), byHost(8, (host) => funkloadOf({ node: `web${host + 1}` }))];
    const cut = await merged({ ...whole, 'web3.xml': (whole['web3.xml'] ?? '').slice(0, -40) });
    const differences = await refused(before, cut);
    assert.match(
      JSON.stringify(differences),
      /"what":"incomplete","before":"-","after":"in\/web3\.xml \(collected\/0002\/0\) is cut/,
    );
    await told(before, cut, true);
  });

  it('and of JUnit have nothing to be compared by', async () => {
    const differences = await refused(
      await bench({}),
      await merged(byHost(8, (host) => junitOf({ a: 'passed' }, `id="${host}"`))),
    );
    assert.deepEqual(differences[0], { what: 'tool', before: 'FunkLoad', after: 'JUnit' });
  });
});

interface Disk {
  readonly hosts?: number;
  readonly ios?: number;
  readonly bins?: (ios: number) => Readonly<Record<string, number>>;
  readonly options?: Readonly<Record<string, string>>;
}

/** One job of reads for a second; without bins there are percentiles only. */
function disk({ hosts = 8, ios = 1000, bins, options = {} }: Disk): Promise<string> {
  const textOf = (host: number): string => {
    const own = Math.round(ios * (1 + 0.3 * Math.sin(host)));
    const more = bins === undefined ? {} : { bins: bins(own) };
    const job = fioJob('reads', { ios: own, bytes: own * 4096 }, {}, more);
    const global = { directory: `/mnt/${host}`, bs: '4k', ...options };
    const at = { timestamp: 1_735_787_050, timestamp_ms: 1_735_787_050_500 };
    return JSON.stringify({ 'fio version': 'fio-3.33', ...at, 'global options': global, jobs: [job] }, null, 2);
  };
  return merged(byHost(hosts, textOf, 'json'), true);
}

const quick = (ios: number): Readonly<Record<string, number>> => ({ 100000: ios - 20, 900000: 20 });
const slow = (ios: number): Readonly<Record<string, number>> => ({ 200000: ios - 20, 1800000: 20 });

describe('two runs of fio', () => {
  it('are compared by IOPS, bandwidth, and completion latencies from their bins', async () => {
    const compared = await told(await disk({ bins: quick }), await disk({ ios: 500, bins: slow }));
    const { 'read rate': rate, 'read throughput': throughput, 'read p50': p50, 'read p99': p99 } = outcomesOf(compared);
    assert.deepEqual([rate, throughput, p50, p99], ['worse', 'worse', 'worse', 'worse']);
    const row = compared.comparisons.find(({ metric }) => metric === 'p50');
    assert.equal(row?.latencyOf, 'completion');
    // Bins are within 0.8 %.
    assert.ok(Math.abs((row.before ?? 0) / 100 - 1) < 0.01 && Math.abs((row.after ?? 0) / 200 - 1) < 0.01);
    const bandwidth = compared.comparisons.find(
      ({ metric, operation }) => metric === 'throughput' && operation === 'read',
    );
    assert.ok(Math.abs((bandwidth?.interval?.ratio ?? 0) - 0.5) < 0.01);
    assert.ok(comparisonLines(compared).some((line) => /^read +p50 completion /.test(line)));
  });

  it('that have percentiles only are told apart by means, and their percentiles by nobody', async () => {
    const compared = await told(await disk({ bins: quick }), await disk({}));
    const { 'read p50': p50, 'read p99': p99, 'read mean': mean } = outcomesOf(compared);
    assert.deepEqual([p50, p99, mean], ['cannot tell', 'cannot tell', 'same']);
    const row = compared.comparisons.find(({ metric }) => metric === 'p99');
    assert.deepEqual([row?.before, row?.after], [null, null]);
    assert.match(row?.why ?? '', /^of web\[1-8\] after only percentiles are known, and these don't merge$/);
    assert.equal(comparisonVerdict(compared), 'incomplete');
  });

  it('of another block size are refused, wherever their files were', async () => {
    const same = await disk({ options: { directory: '/elsewhere' } });
    await told(await disk({}), same);
    const differences = await refused(same, await disk({ options: { bs: '64k' } }));
    assert.deepEqual(differences, [{ what: 'fio bs', before: '4k', after: '64k' }]);
  });
});

describe('two runs of JMeter', () => {
  it('are compared label by label, and what is not done any more is worse', async () => {
    const samples = (host: number, labels: Readonly<Record<string, number>>): string =>
      Object.entries(labels)
        .flatMap(([label, ms]) =>
          Array.from({ length: 80 }, (_, at) => {
            const start = 1_735_787_045_000 + at * 500;
            return `<httpSample t="${ms + host + (at % 10)}" ts="${start}" s="${at % 20 > 0}" lb="${label}" rc="200" by="10" hn="jm-${host}"/>`;
          }),
        )
        .join('\n');
    const log = (labels: Readonly<Record<string, number>>): Readonly<Record<string, string>> => {
      const all = Array.from({ length: 6 }, (_, host) => samples(host, labels)).join('\n');
      return { 'all.jtl': `<testResults version="1.2">\n${all}\n</testResults>\n` };
    };
    const before = await merged(log({ Home: 100, Pay: 200 }));
    const compared = await told(before, await merged(log({ Home: 150, New: 10 })));
    assert.deepEqual(outcomesOf(compared), {
      'all rate': 'same',
      'all errors': 'same',
      'Home rate': 'same',
      'Home p50': 'worse',
      'Home p99': 'worse',
      'Home errors': 'same',
      'New rate': 'cannot tell',
      'New errors': 'cannot tell',
      'Pay rate': 'worse',
      'Pay errors': 'cannot tell',
    });
    const rate = compared.comparisons.find(({ operation, metric }) => operation === 'New' && metric === 'rate');
    assert.equal(rate?.why, 'it was not done before');
  });
});

describe('two runs of JUnit', () => {
  it('are worse where a case passed on a host and fails there now, on however few hosts', async () => {
    const before = await merged(
      byHost(2, (host) => junitOf({ a: 'passed', b: 'failed', c: 'passed' }, `id="${host}"`)),
    );
    const then = await merged({
      'web1.xml': junitOf({ a: 'passed', b: 'passed', c: 'flaky' }),
      'web2.xml': junitOf({ a: 'failed', b: 'passed', c: 'passed' }),
    });
    const compared = await told(before, then);
    assert.deepEqual(
      compared.cases?.changes.map(({ name, before: was, after: now, outcome, hosts }) => [
        name,
        was,
        now,
        outcome,
        hosts,
      ]),
      [
        ['A.a', 'passed', 'failed on 1 of 2', 'worse', ['web2']],
        ['A.c', 'passed', 'flaky on 1 of 2', 'cannot tell', ['web1']],
        ['A.b', 'failed', 'passed', 'better', ['web1', 'web2']],
      ],
    );
    assert.equal(comparisonVerdict(compared), 'fail');
    assert.ok(comparisonLines(compared).some((line) => /^A\.a +passed +failed on 1 of 2 +worse: web2$/.test(line)));
    assert.match(JSON.stringify(comparisonRecords(compared)), /"kind":"case","name":"A\.a".*"outcome":"worse"/);
  });

  it('leave open what a case that is not run any more would have said', async () => {
    const before = await merged(byHost(6, (host) => junitOf({ a: 'passed', b: 'passed' }, `id="${host}"`)));
    const then = await merged(byHost(6, (host) => junitOf({ a: 'passed', b: 'skipped' }, `id="${host}"`)));
    const compared = await told(before, then);
    assert.deepEqual(
      compared.cases?.changes.map(({ name, outcome, why }) => [name, outcome, why]),
      [['A.b', 'cannot tell', 'it is not run any more']],
    );
    assert.equal(comparisonVerdict(compared), 'incomplete');
  });

  it('are worse where their cases take longer on all hosts', async () => {
    const text = (host: number, seconds: number): string =>
      junitOf({ a: 'passed', b: 'passed' }, `id="${host}"`).replaceAll('time="0.5"', `time="${seconds}"`);
    const before = await merged(byHost(6, (host) => text(host, 0.5 + host / 100)));
    const then = await merged(byHost(6, (host) => text(host, 0.8 + host / 100)));
    assert.deepEqual(outcomesOf(await told(before, then)), { 'all cases time': 'worse' });
    assert.deepEqual(outcomesOf(await told(before, before)), { 'all cases time': 'same' });
  });
});

describe('funbric compare of merged runs', () => {
  it('exits with 1 where something is worse, with 65 and a table where tools were told something else', async () => {
    const [before, then] = [await bench({ seed: 1 }), await bench({ seed: 2, slower: 1.3 })];
    const worse = await funbric(['compare', before, then]);
    assert.equal(worse.status, 1, worse.stdout + worse.stderr);
    assert.match(worse.stdout, /^get \/ +p50 .* worse: web\[1-8\]$/m);
    const lenient = await funbric(['compare', '--threshold', '50%', before, then]);
    assert.equal(lenient.status, 0, lenient.stdout);
    const json = await funbric(['--json', 'compare', before, then]);
    assert.match(json.stdout, /"kind":"comparison","operation":"get \/","metric":"p50".*"outcome":"worse"/);
    const unlike = await funbric(['compare', before, await bench({ cycles: [2, 4] })]);
    assert.equal(unlike.status, 65, unlike.stdout + unlike.stderr);
    assert.match(unlike.stdout, /^cycles +2 +2, 4$/m);
  });
});
