import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { verifyFailures } from '../../../src/formats/read/fio-text.ts';
import { countOf, fromSparse, percentile } from '../../../src/model/histogram.ts';
import type { Latency, Operation } from '../../../src/model/measured.ts';
import { isMergeable } from '../../../src/model/measured-traits.ts';
import { fioJob, fioText, measuredOf, readBytes, refusalOf } from '../../support/result-files.ts';

function latency(operation: Operation | undefined, of: Latency['of']): Latency {
  const found = operation?.latencies.find((each) => each.of === of);
  assert.ok(found !== undefined, of);
  return found;
}

function output(more: object): string {
  return JSON.stringify({ 'fio version': 'fio-3.33', ...more }, null, 2);
}

/** As 2.x writes: microseconds, KiB, KiB/s. */
const oldRead = {
  io_bytes: 1024,
  bw: 512,
  iops: 128,
  runtime: 2000,
  total_ios: 256,
  clat: { min: 10, max: 900, mean: 20.5, stddev: 1, percentile: { '99.000000': 800, '0.00': 0 } },
};

function oldJob(read: object): string {
  return output({ 'fio version': 'fio-2.1.4', jobs: [{ jobname: 'j', groupid: 0, error: 0, read }] });
}

describe('an output of fio', () => {
  const measured = measuredOf(fioText);
  const [one, two] = measured.operations;

  it('has an operation a job and direction, with the units that its fields say', () => {
    assert.deepEqual(
      measured.operations.map(({ name, count, bytes, runtimeSeconds }) => [name, count, bytes, runtimeSeconds]),
      [
        ['read', 100, 409_600, 1],
        ['read', 10, 40_960, 1],
      ],
    );
    assert.deepEqual(latency(one, 'completion').summary, { minNs: 1000, maxNs: 9000, meanNs: 2000.5, deviationNs: 10 });
    const { options, ...asked } = measured.asked;
    assert.deepEqual(asked, { cycles: [], durationSeconds: 120, target: '/data' });
    assert.deepEqual(
      options?.map(({ name, value }) => `${name}=${value}`),
      ['bs=4k', 'one rw=read', 'one runtime=2m', 'two rw=read', 'two runtime=2m'],
    );
    assert.deepEqual(measured.window, { fromMs: 1_735_787_049_500, toMs: 1_735_787_050_500 });
  });

  it('has percentiles that nobody can merge, and with json+ bins that anybody can', () => {
    const { spread } = latency(one, 'completion');
    assert.deepEqual(spread, {
      kind: 'percentiles',
      percentiles: [
        [95, 3000],
        [99, 9000],
      ],
    });
    const bins = latency(two, 'completion').spread;
    assert.ok(bins.kind === 'histogram');
    assert.deepEqual([isMergeable(spread), isMergeable(bins)], [false, true]);
    const histogram = fromSparse([...bins.histogram]);
    assert.equal(countOf(histogram), 10);
    const median = percentile(histogram, 50) ?? 0;
    assert.ok(Math.abs(median - 2000) < 2000 * 0.004, `${median}`);
  });

  it('reads the microseconds and KiB of 2.x', () => {
    const { operations, toolVersion } = measuredOf(oldJob(oldRead));
    assert.equal(toolVersion, '2.1.4');
    assert.deepEqual([operations[0]?.count, operations[0]?.bytes], [256, 1 << 20]);
    const { summary, spread } = latency(operations[0], 'completion');
    assert.deepEqual(summary, { minNs: 10_000, maxNs: 900_000, meanNs: 20_500, deviationNs: 1000 });
    assert.deepEqual(spread, { kind: 'percentiles', percentiles: [[99, 800_000]] });
  });

  it('takes io_bytes for bytes where the bandwidth says that they are', () => {
    assert.equal(measuredOf(oldJob({ ...oldRead, io_bytes: 1 << 20 })).operations[0]?.bytes, 1 << 20);
  });

  it('counts from rate and time where 2.1 says no count, and says so', () => {
    const { total_ios: _, ...uncounted } = oldRead;
    const { results, warnings } = readBytes(oldJob(uncounted));
    assert.equal(results[0]?.operations[0]?.count, 256);
    assert.match(warnings.join(), /no total_ios/);
  });

  it('reads the bins of 2.x, which are numbered', () => {
    const bins = {
      FIO_IO_U_PLAT_BITS: 6,
      FIO_IO_U_PLAT_VAL: 64,
      FIO_IO_U_PLAT_NR: 1216,
      '0': 0,
      '100': 3,
      '128': 2,
      '192': 1,
    };
    const read = { ...oldRead, clat: { ...oldRead.clat, bins } };
    const { spread } = latency(measuredOf(oldJob(read)).operations[0], 'completion');
    assert.ok(spread.kind === 'histogram');
    // Exact below 128; then two to a bin, from 256 on four: 128 to 129, 256 to 259 microseconds.
    const values = [10, 60, 99].map((percent) => percentile(fromSparse([...spread.histogram]), percent) ?? 0);
    for (const [at, expected] of [100_000, 129_000, 258_000].entries()) {
      assert.ok(Math.abs((values[at] ?? 0) - expected) < expected * 0.004, `${values[at]} for ${expected}`);
    }
  });

  it('makes a result of each server of a client, and holds "All clients" against their sum', () => {
    const server = (port: number): object => ({ hostname: 'db', port });
    const stats = [
      fioJob('w', { ios: 100, bytes: 409_600 }, server(8765)),
      fioJob('w', { ios: 200, bytes: 819_200 }, server(8766)),
      fioJob('All clients', { ios: 300, bytes: 1_228_801 }, server(8766)),
    ];
    const { results } = readBytes(
      `<db> w: (g=0): rw=read\n<db> Starting 1 process\n\n${output({ client_stats: stats })}\n`,
    );
    assert.deepEqual(
      results.map(({ host, operations }) => [host, ...operations.map(({ count }) => count)]),
      [
        ['db:8765', 100],
        ['db:8766', 200],
      ],
    );
    assert.deepEqual(
      results[0]?.claims.filter(({ said }) => said > 0),
      [
        { what: 'reads of All clients', said: 300, counted: 300 },
        { what: 'bytes of read of All clients', said: 1_228_801, counted: 1_228_800 },
      ],
    );
  });

  it('is a part of what was asked for where it was told to end, and then wrote what it had', () => {
    const text = output({ jobs: [fioJob('w', { ios: 5, bytes: 4096 })] });
    assert.equal(measuredOf(text).unfinished, undefined);
    assert.equal(measuredOf(`\nfio: terminating on signal 2\n${text}`).unfinished, 'terminating on signal 2');
    assert.equal(measuredOf(`<db> fio: terminating on signal 15\n${text}`).unfinished, 'terminating on signal 15');
  });

  it('takes a server that is there three times for one host and says so, and refuses one that is there twice alike', () => {
    const clone = (ios: number): object => fioJob('w', { ios, bytes: 4096 * ios }, { hostname: 'db', port: 8765 });
    const { results, warnings } = readBytes(output({ client_stats: [100, 200, 201].map(clone) }));
    const [only, second] = results;
    assert.deepEqual([only?.host, second], ['db:8765', undefined]);
    assert.deepEqual(
      only?.operations.map(({ count }) => count),
      [100, 200, 201],
    );
    assert.deepEqual(warnings, ['client_stats: db:8765 with job w is there 3 times: one host, whose jobs are added']);
    const twice = output({ client_stats: [100, 200, 100].map(clone) });
    assert.match(refusalOf(twice) ?? '', /the same result of db:8765 is there twice/);
  });

  it('takes a job that somebody calls "All clients" for a job', () => {
    const { operations } = measuredOf(output({ jobs: [fioJob('All clients', { ios: 1, bytes: 4096 })] }));
    assert.equal(operations.length, 1);
  });

  it('says which global options differed between hosts, where the last one hides the others', () => {
    const text = fioText.replace('"bs": "4k"', '"bs": "8k",\n "directory": "/data",\n "bs": "4k"');
    const { warnings } = readBytes(text);
    assert.deepEqual(warnings, ['global options: hosts had different ones: bs: 8k and 4k']);
  });

  it('finds where data was wrong in the words around the JSON, and only with error 84', () => {
    const failed = output({ jobs: [fioJob('check', { ios: 18, bytes: 73_728 }, { error: 84 })] });
    const said =
      'crc32c: verify failed at file /data/a b offset 69632, length 4096 (requested block: offset=69632)\n  Expected CRC: 1\n';
    for (const text of [`${said}${failed}\n`, `${failed}\n${said}`]) {
      const { faults, unfinished } = measuredOf(text);
      assert.deepEqual(
        faults.map(({ kind, job, code, file, offset, bytes }) => [kind, job, code, file, offset, bytes]),
        [['verify', 'check', 84, '/data/a b', 69_632, 4096]],
      );
      assert.equal(unfinished, 'check ended with error 84');
    }
    assert.deepEqual(
      measuredOf(failed).faults.map(({ kind, code, file }) => [kind, code, file]),
      [['verify', 84, undefined]],
    );
    assert.deepEqual(measuredOf(`${said}${fioText}`).faults, []);
  });

  it('tells other errors of jobs as what they are', () => {
    const full = output({ jobs: [fioJob('fill', { ios: 1, bytes: 4096 }, { error: 28 })] });
    assert.deepEqual(
      measuredOf(full).faults.map(({ kind, code }) => [kind, code]),
      [['job', 28]],
    );
  });

  it('reads failures from its standard error, also of versions that name no file', () => {
    const text =
      'x\nmd5: verify failed at file /a offset 0, length 512\nverify: bad\ncrc: verify failed at offset 8, length 4\nverify failed at';
    assert.deepEqual(
      verifyFailures(text).map(({ file, offset, bytes }) => [file, offset, bytes]),
      [
        ['/a', 0, 512],
        [undefined, 8, 4],
      ],
    );
    assert.equal(verifyFailures('a: verify failed at file /x offset 1, length 1\n'.repeat(5000)).length, 1000);
  });

  it('reads failures of blocks that have not even a header of fio', () => {
    const text =
      'verify: bad magic header 7c90, wanted acca at file b.0.0 offset 1064960, length 8192 (requested block: offset=1064960, length=8192)\n';
    assert.deepEqual(
      verifyFailures(`fio: verify: bad luck\n${text}`).map(({ file, offset, bytes }) => [file, offset, bytes]),
      [['b.0.0', 1_064_960, 8192]],
    );
  });

  it('is refused where its JSON is something else, with the field', () => {
    assert.match(refusalOf(output({ jobs: [{ jobname: 3 }] })) ?? '', /not as fio writes it: .*jobname/s);
    assert.match(refusalOf(output({ jobs: [fioJob('a', { ios: -1, bytes: 0 })] })) ?? '', /not as fio writes it/);
  });
});

const version = spawnSync('fio', ['--version'], { encoding: 'utf8', timeout: 60_000 }).stdout ?? '';

describe('what fio itself writes here', { skip: !version.startsWith('fio-3') && 'no fio 3 on this machine' }, () => {
  const run = (folder: string, ...args: readonly string[]): { text: string; status: number | null; stderr: string } => {
    const common = ['--name=work', `--filename=${join(folder, 'data')}`, '--size=1m', '--bs=4k', '--ioengine=psync'];
    const { stdout, status, stderr } = spawnSync('fio', [...common, ...args], {
      encoding: 'utf8',
      cwd: folder,
      timeout: 120_000,
    });
    return { text: stdout, status, stderr };
  };
  const inFolder = (use: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
    try {
      use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('has bins whose percentiles are those that it says itself', () => {
    inFolder((folder) => {
      const { text } = run(folder, '--rw=randrw', '--output-format=json+');
      const measured = measuredOf(text);
      assert.equal(
        measured.operations.reduce((sum, { count }) => sum + count, 0),
        256,
      );
      const said = JSON.parse(text.slice(text.indexOf('{')));
      for (const operation of measured.operations) {
        const { spread } = latency(operation, 'completion');
        assert.ok(spread.kind === 'histogram');
        const theirs: number = said.jobs[0][operation.name].clat_ns.percentile['50.000000'];
        const ours = percentile(fromSparse([...spread.histogram]), 50) ?? 0;
        assert.ok(Math.abs(ours - theirs) <= theirs * 0.02, `${operation.name}: ${ours} and ${theirs}`);
      }
    });
  });

  it('ends with 84 where data was changed, and says the offset on its standard error', () => {
    inFolder((folder) => {
      run(folder, '--rw=write', '--verify=crc32c', '--do_verify=0');
      const file = openSync(join(folder, 'data'), 'r+');
      writeSync(file, 'broken', 40_960 + 100);
      closeSync(file);
      const { text, stderr, status } = run(folder, '--rw=read', '--verify=crc32c', '--output-format=json');
      assert.notEqual(status, 0);
      assert.deepEqual(
        measuredOf(text).faults.map(({ kind, code }) => [kind, code]),
        [['verify', 84]],
      );
      assert.deepEqual(
        verifyFailures(stderr).map(({ file: named, offset }) => [named, offset]),
        [[join(folder, 'data'), 40_960]],
      );
    });
  });
});
