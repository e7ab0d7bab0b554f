/** The section of fio's jobs: what can be told of all hosts together, and what can't. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MergedOperation, Run } from '../../src/model/run.ts';
import type { TableBlock } from '../../src/report/section.ts';
import { ioJobsSection } from '../../src/report/sections/io-jobs.ts';
import { goldenRun } from '../support/golden.ts';

const figures = {
  minUs: 1,
  meanUs: 2,
  p50Us: 2,
  p95Us: 3,
  p99Us: 4,
  p999Us: null,
  p9999Us: null,
  maxUs: 9,
  histogram: [],
};

const unknown = { ...figures, p50Us: null, p95Us: null, p99Us: null };

const reads: MergedOperation = {
  ...figures,
  name: 'read, io, job a, group 1',
  called: 'read',
  kind: 'io',
  labels: [
    { name: 'job', value: 'a' },
    { name: 'group', value: '1' },
  ],
  count: 1000,
  errors: 0,
  errorsByName: {},
  bytes: 4_096_000,
  perSecond: 500,
  latencyOf: 'completion',
  otherLatencies: [
    { ...unknown, of: 'total' },
    { ...unknown, of: 'submission' },
  ],
};

function tablesOf(operation: MergedOperation): readonly TableBlock[] {
  const golden = goldenRun('pass');
  const run: Run = {
    ...golden,
    operations: [...golden.operations, operation],
    hosts: golden.hosts.map((host) => Object.assign({}, host, { byOperation: [{ ...operation, percentiles: [] }] })),
  };
  return ioJobsSection.blocks(run).flatMap((block) => (block.kind === 'table' ? [block] : []));
}

describe('the jobs of fio in the report', () => {
  it('have a row a job, group and direction, with rate, bandwidth and I/O size', () => {
    const [jobs] = tablesOf(reads);
    assert.deepEqual(
      jobs?.rows.map(({ cells }) => cells),
      [['a', '1', 'read', '1,000', '500', '1.95 MiB/s', '3.91 MiB', '4.00 KiB']],
    );
  });

  it('have their latencies in the order in which they come about', () => {
    const [, latencies] = tablesOf(reads);
    assert.deepEqual(
      latencies?.rows.map(({ cells }) => cells.slice(3, 7).join(' | ')),
      [
        'slat: to its submission | 1.00 µs | 2.00 µs | -',
        'clat: from there to its completion | 1.00 µs | 2.00 µs | 2.00 µs',
        'lat: all of it | 1.00 µs | 2.00 µs | -',
      ],
    );
  });

  it('say which percentiles can not be merged, and why', () => {
    const [, latencies] = tablesOf({ ...reads, ...unknown, otherLatencies: [], notMergeable: 'no bins' });
    assert.match(latencies?.caption ?? '', /not mergeable: no bins/);
    assert.equal(latencies?.rows[0]?.cells[6], 'not mergeable');
  });

  it('are there by host as well, and nowhere where fio was not run', () => {
    const [, , hosts] = tablesOf(reads);
    assert.deepEqual(
      hosts?.rows.map(({ cells }) => cells[3]),
      goldenRun('pass').hosts.map(({ name }) => name),
    );
    assert.deepEqual(ioJobsSection.blocks(goldenRun('pass')), []);
  });
});
