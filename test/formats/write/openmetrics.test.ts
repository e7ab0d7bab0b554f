import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openmetrics } from '../../../src/formats/write/openmetrics.ts';
import type { Run } from '../../../src/model/run.ts';
import { goldenNames, goldenRun } from '../../support/golden.ts';
import { readOpenMetrics, type ReadSample } from '../../support/openmetrics-reader.ts';

function textOf(run: Run): string {
  return openmetrics.files(run)[0]?.text ?? '';
}

function samplesOf(run: Run, family: string): readonly ReadSample[] {
  return readOpenMetrics(textOf(run)).get(family)?.samples ?? [];
}

const hostile = 'a"b\\c\nd\u0000\u001b[31m{x="1"} 7\n# EOF\u2028';

describe('OpenMetrics', () => {
  for (const name of goldenNames) {
    it(`is strictly what the format says: ${name}`, () => {
      const families = readOpenMetrics(textOf(goldenRun(name)));
      for (const { type, help } of families.values()) assert.ok(type !== undefined && help !== undefined);
    });
  }

  it('says what the run says: counts, rates, verdict, hosts, findings', () => {
    const run = goldenRun('fail');
    for (const { name, count, bytes, p99Us } of run.operations) {
      const is = ({ labels }: ReadSample): boolean => labels['operation'] === name;
      assert.equal(samplesOf(run, 'funbric_operations').find(is)?.value, count);
      assert.equal(samplesOf(run, 'funbric_operation_bytes').find(is)?.value, bytes);
      const p99 = samplesOf(run, 'funbric_operation_latency_percentile_seconds').find(
        (sample) => is(sample) && sample.labels['percentile'] === '99' && sample.labels['of'] !== 'service',
      );
      assert.equal(p99?.value, p99Us === null ? undefined : p99Us / 1e6);
    }
    const verdicts = samplesOf(run, 'funbric_run_verdict').filter(({ value }) => value === 1);
    assert.deepEqual(
      verdicts.map(({ labels }) => labels),
      [{ funbric_run_verdict: 'fail' }],
    );
    const findings = samplesOf(run, 'funbric_findings').reduce((sum, { value }) => sum + value, 0);
    assert.equal(findings, run.findings.length);
    const up = samplesOf(run, 'funbric_host_status').filter(({ value }) => value === 1);
    assert.deepEqual(
      up.map(({ labels }) => [labels['host'], labels['funbric_host_status']]),
      run.hosts.map(({ name, status }) => [name, status]),
    );
  });

  it('puts every sample of a histogram below the bound that it is below, and into the count', () => {
    const run = goldenRun('pass');
    const [first] = run.operations;
    assert.ok(first !== undefined);
    // 1,023 ns are below the bound of 1,024 ns; 2 ms and 100 s are above.
    const histogram: [number, number][] = [
      [511, 3],
      [512, 4],
      [128 * 15, 5],
      [128 * 31, 6],
    ];
    const samples = samplesOf({ ...run, operations: [{ ...first, histogram }] }, 'funbric_operation_latency_seconds');
    const main = samples.filter(({ labels }) => labels['of'] !== 'service');
    assert.equal(main.find(({ labels }) => labels['le'] === '0.000001024')?.value, 3);
    assert.equal(main.find(({ labels }) => labels['le'] === '0.000002048')?.value, 7);
    assert.equal(main.find(({ labels }) => labels['le'] === '+Inf')?.value, 18);
    assert.equal(main.find(({ name }) => name.endsWith('_count'))?.value, 18);
  });

  it('holds any text of a host, and each sample once even where two hosts look the same', () => {
    const run = goldenRun('pass');
    const hosts = run.hosts.slice(0, 2).map((host) => Object.assign(host, { name: hostile }));
    const text = textOf({ ...run, hosts });
    const families = readOpenMetrics(text);
    const names = families.get('funbric_host_bytes')?.samples.map(({ labels }) => [labels['host'], labels['again']]);
    assert.equal(names?.length, 2);
    assert.match(names?.[0]?.[0] ?? '', /^a"b\\c␊d␀␛\[31m\{x="1"\} 7␊# EOF/);
    assert.deepEqual([names?.[0]?.[1], names?.[1]?.[1]], [undefined, '2']);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Zl}]/u);
  });

  it('is refused by the reader of this test where it is cut, or a sample is there twice', () => {
    const text = textOf(goldenRun('pass'));
    assert.throws(() => readOpenMetrics(text.slice(0, -3)), /EOF/);
    const line = /^funbric_operations_total.*\n/m.exec(text)?.[0] ?? '';
    assert.throws(() => readOpenMetrics(text.replace(line, line + line)), /twice/);
    assert.throws(() => readOpenMetrics(text.replace('_bytes_total{', '_bytes{')), /of no family/);
  });

  const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
  it('is taken by promtool', { skip: hasPromtool ? false : 'promtool is not there' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
    try {
      for (const name of goldenNames) {
        // It takes samples with a time only.
        const timed = textOf(goldenRun(name)).replaceAll(/^(?!#)(.+)$/gm, '$1 1700000000');
        writeFileSync(join(folder, 'run.prom'), timed);
        const words = ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'run.prom'), join(folder, name)];
        const { status, stderr } = spawnSync('promtool', words, { encoding: 'utf8' });
        assert.equal(status, 0, `${name}: ${stderr}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
