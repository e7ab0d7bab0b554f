import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { drawHosts, ratioOf, type WeightedFigure } from '../../src/controller/compare/bootstrap.ts';
import { judgeInterval } from '../../src/controller/compare/compare-figures.ts';
import { compareRuns, comparisonVerdict, type RunComparison } from '../../src/controller/compare/compare-runs.ts';
import { comparisonLines, comparisonRecords } from '../../src/controller/compare/lines.ts';
import { funbric } from '../support/funbric.ts';
import { hostsOf, normal, uniform, writeRun, type SyntheticHost } from '../support/synthetic-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

function sumFigure(values: readonly number[]): WeightedFigure {
  return (weights) => values.reduce((sum, value, host) => sum + value * (weights[host] ?? 0), 0);
}

/**
 * How often equal runs are said to differ, and how often a fifth less is found. Paired, hosts are what they are (30 % apart) and
 * differ by 3 % from run to run; unpaired they are others of the same kind, 5 % apart.
 */
function simulate(
  hosts: number,
  isPaired: boolean,
): { readonly differ: number; readonly beyond: number; readonly found: number } {
  const random = uniform(hosts);
  const trials = 400;
  let [differ, beyond, found] = [0, 0, 0];
  for (let seed = 0; seed < trials; seed++) {
    const kinds = Array.from({ length: hosts }, () => 1000 * Math.exp((isPaired ? 0.3 : 0.05) * normal(random)));
    const others = isPaired ? kinds : kinds.map(() => 1000 * Math.exp(0.05 * normal(random)));
    const [before, same] = [kinds, others].map((all) => all.map((one) => one * (1 + 0.03 * normal(random))));
    assert.ok(before !== undefined && same !== undefined);
    const around = {
      draws: drawHosts({ before: hosts, after: hosts, isPaired, seed }),
      hosts: { before: hosts, after: hosts },
    };
    const equal = ratioOf(sumFigure(before), sumFigure(same), around);
    const less = ratioOf(sumFigure(before), sumFigure(same.map((one) => 0.8 * one)), around);
    if (judgeInterval(equal, 'rate', 0).outcome !== 'cannot tell') differ++;
    if (['worse', 'better'].includes(judgeInterval(equal, 'rate', 0.05).outcome)) beyond++;
    if (judgeInterval(less, 'rate', 0.05).outcome === 'worse') found++;
  }
  return { differ: differ / trials, beyond: beyond / trials, found: found / trials };
}

describe('the draws of hosts', () => {
  for (const isPaired of [true, false]) {
    for (const hosts of [8, 16]) {
      it(`call equal runs of ${hosts} ${isPaired ? 'paired' : 'other'} hosts different in one of twenty at most, and find a fifth less`, () => {
        const { differ, beyond, found } = simulate(hosts, isPaired);
        // One of twenty, and what 400 trials may be off.
        assert.ok(differ <= 0.07, `called different ${differ}`);
        assert.ok(beyond <= 0.01, `called different by more than the threshold ${beyond}`);
        assert.ok(found >= 0.97, `found ${found}`);
      });
    }
  }

  it('are the same each time', () => {
    const given = { before: 8, after: 8, isPaired: true, seed: 5 };
    assert.deepEqual(drawHosts(given), drawHosts(given));
    assert.notDeepEqual(drawHosts(given).before, drawHosts({ ...given, seed: 6 }).before);
  });
});

describe('an interval', () => {
  const interval = (low: number, high: number): Parameters<typeof judgeInterval>[0] => ({
    ratio: (low + high) / 2,
    low,
    high,
  });
  it('beyond the threshold is worse or better, whichever way its figure counts', () => {
    assert.equal(judgeInterval(interval(1.06, 1.3), 'p99', 0.05).outcome, 'worse');
    assert.equal(judgeInterval(interval(1.06, 1.3), 'rate', 0.05).outcome, 'better');
    assert.equal(judgeInterval(interval(0.7, 0.94), 'rate', 0.05).outcome, 'worse');
    assert.equal(judgeInterval(interval(0.7, 0.94), 'errors', 0.05).outcome, 'better');
  });

  it('within the threshold is the same, and across it nobody can tell', () => {
    assert.equal(judgeInterval(interval(0.96, 1.04), 'p99', 0.05).outcome, 'same');
    assert.deepEqual(judgeInterval(interval(0.9, 1.04), 'p99', 0.05), { outcome: 'cannot tell', mayBeWorse: false });
    assert.deepEqual(judgeInterval(interval(0.9, 1.04), 'rate', 0.05), { outcome: 'cannot tell', mayBeWorse: true });
    assert.deepEqual(judgeInterval(undefined, 'rate', 0.05), { outcome: 'cannot tell', mayBeWorse: true });
  });
});

async function compared(
  before: readonly SyntheticHost[],
  then: readonly SyntheticHost[],
  threshold = 0.05,
): Promise<RunComparison> {
  const folders = { before: writeRun(root, before), after: writeRun(root, then) };
  const told = await compareRuns(folders, { threshold, isForced: true });
  assert.ok('comparisons' in told);
  return told;
}

function outcomesOf({ comparisons }: RunComparison): Readonly<Record<string, string>> {
  return Object.fromEntries(comparisons.map(({ operation, metric, outcome }) => [`${operation} ${metric}`, outcome]));
}

describe('two runs', () => {
  it('of the same hosts that did the same are the same, in every figure', async () => {
    const told = await compared(hostsOf(1), hostsOf(2), 0.1);
    assert.equal(told.isPaired, true);
    assert.deepEqual([...new Set(Object.values(outcomesOf(told)))], ['same']);
    assert.equal(comparisonVerdict(told), 'pass');
  });

  it('are worse where latencies are a fifth longer on eight hosts, and better the other way round', async () => {
    const [before, then] = [hostsOf(1), hostsOf(2, { ms: 1.2 })];
    const worse = await compared(before, then);
    assert.deepEqual([outcomesOf(worse)['write p50'], outcomesOf(worse)['write p99']], ['worse', 'worse']);
    assert.equal(comparisonVerdict(worse), 'fail');
    assert.equal(outcomesOf(await compared(then, before))['write p50'], 'better');
  });

  it('name the hosts that a loss is of', async () => {
    const slow = hostsOf(2).map((host, at) =>
      at < 6 ? Object.assign(host, { count: Math.round(host.count * 0.6) }) : host,
    );
    const told = await compared(hostsOf(1), slow);
    const rate = told.comparisons.find(({ operation, metric }) => operation === 'write' && metric === 'rate');
    assert.equal(rate?.outcome, 'worse');
    assert.deepEqual(rate.worseHosts, ['web1', 'web2', 'web3', 'web4', 'web5', 'web6']);
    assert.ok(comparisonLines(told).some((line) => /^write +rate .* worse: web\[1-6\]$/.test(line)));
  });

  it('are compared by hosts, in whatever order the plans have them', async () => {
    const told = await compared(hostsOf(1), hostsOf(1).toReversed());
    assert.equal(told.isPaired, true);
    assert.ok(told.comparisons.every(({ interval }) => interval?.low === 1 && interval.high === 1));
  });

  it('of one host, or of five, can not be told apart, however far apart they are', async () => {
    for (const hosts of [1, 5]) {
      const told = await compared(hostsOf(1, { hosts }), hostsOf(2, { hosts, ms: 3, rate: 0.3 }));
      assert.deepEqual([...new Set(Object.values(outcomesOf(told)))], ['cannot tell']);
      assert.equal(comparisonVerdict(told), 'incomplete');
      assert.ok(comparisonLines(told).some((line) => line.includes(`takes 6 hosts`)));
    }
  });

  it('fail more where all hosts have more errors, and not because they did less', async () => {
    const idle = await compared(hostsOf(1), hostsOf(2, { rate: 0.5 }));
    assert.equal(outcomesOf(idle)['all errors'], 'same');
    const failing = await compared(hostsOf(1), hostsOf(2, { errors: 20 }));
    assert.equal(outcomesOf(failing)['write errors'], 'worse');
    // One host's errors say little about the others.
    const one = hostsOf(2).map((host, at) => (at === 0 ? Object.assign(host, { errors: 20 }) : host));
    assert.equal(outcomesOf(await compared(hostsOf(1), one))['write errors'], 'cannot tell');
  });

  it('leave out percentiles of too few samples, and say which', async () => {
    const few = (seed: number): readonly SyntheticHost[] =>
      hostsOf(seed).map((host) => Object.assign(host, { count: 20 }));
    const told = await compared(few(1), few(2));
    assert.deepEqual(told.leftOut, ['write p99']);
    assert.deepEqual(Object.keys(outcomesOf(told)), ['all rate', 'all errors', 'write rate', 'write p50']);
  });

  it('say the same each time they are compared', async () => {
    const folders = { before: writeRun(root, hostsOf(1)), after: writeRun(root, hostsOf(2)) };
    const texts = [0, 1].map(async () => {
      const told = await compareRuns(folders, { threshold: 0.05, isForced: false });
      return 'comparisons' in told ? JSON.stringify(comparisonRecords(told)) : '';
    });
    const [first, second] = await Promise.all(texts);
    assert.equal(first, second);
    assert.notEqual(first, '');
  });
});

describe('funbric compare', () => {
  it('exits with 0 where nothing is worse, 1 where something is, 2 where nobody can tell', async () => {
    const [before, same] = [writeRun(root, hostsOf(1)), writeRun(root, hostsOf(2))];
    const worse = writeRun(root, hostsOf(3, { rate: 0.7 }));
    const good = await funbric(['compare', '--threshold', '10%', before, same]);
    assert.equal(good.status, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /^before +\S+ +8 hosts web\[1-8\]$/m);
    assert.match(good.stdout, /^all +rate .* same$/m);
    assert.match(good.stdout, /verdict=pass code=0\n$/);
    const bad = await funbric(['compare', before, worse]);
    assert.equal(bad.status, 1, bad.stdout + bad.stderr);
    assert.match(bad.stdout, /^all +rate .* -\d+\.\d % .*worse: web\[1-8\]$/m);
    const lone = await funbric([
      'compare',
      writeRun(root, hostsOf(1, { hosts: 1 })),
      writeRun(root, hostsOf(2, { hosts: 1 })),
    ]);
    assert.equal(lone.status, 2, lone.stdout + lone.stderr);
  });

  it('refuses runs that differ in workload, hosts or environment with 65 and a table, unless --force is there', async () => {
    const before = writeRun(root, hostsOf(1), { chunkBytes: 4096, dir: '/a' });
    const [first, ...others] = hostsOf(2);
    assert.ok(first !== undefined);
    const then = writeRun(root, [{ ...first, kernel: '6.6' }, ...others.slice(1)], { chunkBytes: 8192, dir: '/b' });
    const refused = await funbric(['compare', before, then]);
    assert.equal(refused.status, 65, refused.stdout + refused.stderr);
    assert.match(refused.stdout, /^workload chunkBytes +4096 +8192$/m);
    assert.match(refused.stdout, /^hosts +8 +7$/m);
    assert.match(
      refused.stdout,
      /^kernel +6\.1 +web1: 6\.6; web\[3-8\]: 6\.1$|^kernel +6\.1 +web\[3-8\]: 6\.1; web1: 6\.6$/m,
    );
    assert.doesNotMatch(refused.stdout, /dir/);
    assert.match(refused.stderr, /differ in more than their figures: hosts, .*\nhint: .*--force/);
    const forced = await funbric(['compare', '--force', '--threshold', '50%', before, then]);
    assert.notEqual(forced.status, 65, forced.stderr);
    assert.match(forced.stdout, /compared although they differ/);
  });

  it('says with --json what it says, a value a line', async () => {
    const { stdout, status } = await funbric([
      '--json',
      'compare',
      writeRun(root, hostsOf(1)),
      writeRun(root, hostsOf(3, { rate: 0.7 })),
    ]);
    assert.equal(status, 1);
    const kinds = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    assert.match(JSON.stringify(kinds), /"kind":"comparison","operation":"all","metric":"rate".*"outcome":"worse"/);
    assert.match(JSON.stringify(kinds.at(-1)), /"kind":"run-ended","verdict":"fail","code":1/);
  });

  it('refuses a folder that has no results, or is not there', async () => {
    const before = writeRun(root, hostsOf(1));
    rmSync(join(before, 'results'), { recursive: true });
    const none = await funbric(['compare', before, before]);
    assert.equal(none.status, 65, none.stdout);
    assert.match(none.stderr, /no host brought figures of a stress/);
    assert.equal((await funbric(['compare', 'nowhere', before])).status, 65);
  });
});
