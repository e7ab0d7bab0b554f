/** Sections that tell by drawing: what they conclude, in which order, and that they stay within bounds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newHistogram, toSparse, bucketOf } from '../../src/model/histogram.ts';
import type { Run } from '../../src/model/run.ts';
import type { Block, TableBlock } from '../../src/report/section.ts';
import { clocksSection } from '../../src/report/sections/clocks.ts';
import { errorsSection } from '../../src/report/sections/errors.ts';
import { lifelinesSection } from '../../src/report/sections/lifelines.ts';
import { spectrumSection } from '../../src/report/sections/spectrum.ts';
import { vitalsSection } from '../../src/report/sections/vitals.ts';
import { goldenRun } from '../support/golden.ts';

describe('errors', () => {
  it('are grouped by operation and errno, with hosts, first and last time, and files', () => {
    const { rows } = tableOf(errorsSection.blocks(goldenRun('fail')));
    assert.deepEqual(rows[0]?.cells, [
      'write',
      'EIO',
      '27',
      '0.02 %',
      'client-2',
      '19.1 s',
      '20.8 s',
      'client-2: own/0005/d0/f010, client-2: own/0006/d1/f011, client-2: own/0007/d2/f012',
    ]);
    assert.deepEqual(
      rows.map(({ cells }) => cells[2]),
      ['27', '2', '2'],
    );
  });

  it('are counted also in a run that an earlier version judged', () => {
    const { errors, ...run } = goldenRun('fail');
    assert.ok(errors !== undefined);
    assert.deepEqual(
      tableOf(errorsSection.blocks(run)).rows.map(({ cells }) => cells.slice(0, 3)),
      [
        ['write', 'EIO', '27'],
        ['write', 'ETIMEDOUT', '2'],
        ['rename', 'ESTALE', '2'],
      ],
    );
  });

  it('count a request that failed once, though its page and its test failed with it', () => {
    const {
      operations: [own],
      ...golden
    } = goldenRun('fail');
    assert.ok(own !== undefined);
    const operations = (['test', 'page', 'request', 'request'] as const).map((kind, at) =>
      Object.assign({}, own, { name: `${kind} ${at}`, kind, errors: 3 }),
    );
    const errors = [{ operation: 'get /', error: '502', count: 6, hosts: ['a'], examples: [] }];
    const { caption } = tableOf(errorsSection.blocks({ ...golden, operations, errors }));
    assert.match(caption, /^3 tests, 3 pages, 6 requests failed in 1 way/);
  });

  it('are at most fifty groups, which says how many there were', () => {
    const errors = Array.from({ length: 60 }, (_, at) => ({
      operation: 'read',
      error: `errno ${at}`,
      count: 60 - at,
      hosts: ['a'],
      examples: [],
    }));
    const table = tableOf(errorsSection.blocks({ ...goldenRun('fail'), errors }));
    assert.equal(table.rows.length, 50);
    assert.match(table.caption, /in 60 ways.*; 10 of them are only in run\.json/);
  });
});

describe('clocks', () => {
  it('come worst first: unknown, stepped, then the widest bound', () => {
    const run = goldenRun('pass');
    const [a, b, c] = run.hosts;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const { clock, ...unmeasured } = b;
    assert.ok(clock !== undefined);
    const hosts = [a, unmeasured, { ...c, clock: { ...clock, hasStep: true } }];
    const blocks = clocksSection.blocks({ ...run, hosts });
    assert.deepEqual(
      tableOf(blocks).rows.map(({ cells }) => [cells[0], cells[1] === 'unknown', cells[4]]),
      [
        ['client-2', true, '-'],
        ['client-3', false, 'stepped'],
        ['client-1', false, 'none'],
      ],
    );
    assert.match(
      textOf(blocks),
      /stepped, or the host was suspended: client-3; each stretch between is compared by itself\. Never measured: client-2/,
    );
  });

  it('say of each host where its clock stepped, by how much, and what is wrong with one of no use', () => {
    const run = goldenRun('pass');
    const [a, b, c] = run.hosts;
    const clock = a?.clock;
    assert.ok(a !== undefined && b !== undefined && c !== undefined && clock !== undefined);
    const { clock: _, ...faulty } = b;
    const steps = [
      { startMs: 1_200, endMs: 1_300, aheadNsMin: 29e6, aheadNsMax: 31e6 },
      { startMs: 2_000, endMs: 2_100, aheadNsMin: -301e6, aheadNsMax: -300e6 },
    ];
    const stepped = { ...clock, hasStep: true, steps, stepCount: 7 };
    const hosts = [{ ...a, clock: stepped }, { ...faulty, clockFault: 'it ran backwards' }, c];
    const blocks = clocksSection.blocks({ ...run, hosts });
    const cells = tableOf(blocks).rows.map((row) => row.cells[4]);
    assert.deepEqual(cells, [
      'it ran backwards',
      'ahead by 29.0 ms to 31.0 ms, between 1.20 s and 1.30 s; behind by 300 ms to 301 ms, between 2.00 s and 2.10 s; 5 more steps',
      'none',
    ]);
    assert.match(textOf(blocks), /no time there was compared with any other: client-2/);
    assert.doesNotMatch(textOf(blocks), /controller/);
  });

  it('blame the clock of the controller where all hosts stepped at one moment by one amount', () => {
    const run = goldenRun('pass');
    const step = { startMs: 1_200, endMs: 1_300, aheadNsMin: 29e6, aheadNsMax: 31e6 };
    const withStep = (change: Partial<typeof step>, at: number): Run['hosts'][number] => {
      const host = run.hosts[at] ?? assert.fail();
      const clock = host.clock ?? assert.fail();
      return { ...host, clock: { ...clock, hasStep: true, steps: [{ ...step, ...change }], stepCount: 1 } };
    };
    const alike = [0, 1, 2].map((at) => withStep({ startMs: 1_200 + at, aheadNsMin: 29e6 + at }, at));
    assert.match(textOf(clocksSection.blocks({ ...run, hosts: alike })), /it was the clock of the controller/);
    for (const change of [
      { startMs: 5_000, endMs: 6_000 },
      { aheadNsMin: 40e6, aheadNsMax: 41e6 },
    ]) {
      const hosts = alike.with(1, withStep(change, 1));
      assert.doesNotMatch(textOf(clocksSection.blocks({ ...run, hosts })), /controller/);
    }
  });

  it('tell how far apart operations of two hosts must lie to be put in order', () => {
    // 224 µs and 203 µs: the one may have happened as late as its bound says, the other as early.
    assert.match(textOf(clocksSection.blocks(goldenRun('pass'))), /lie 427 µs or more apart; .* client-3\. No clock/);
  });
});

describe('a latency spectrum', () => {
  const spectrumOf = (run: Run) => {
    const [block] = spectrumSection.blocks(run);
    assert.ok(block?.kind === 'spectrum');
    return block;
  };

  it('rises, from the least to as far as the samples can tell', () => {
    for (const { points } of spectrumOf(goldenRun('pass')).curves) {
      for (const [at, [percent, us]] of points.entries()) {
        const [before, lower] = points[at - 1] ?? [-1, 0];
        assert.ok(percent > before && us >= lower);
      }
    }
  });

  it('ends at p99 with 369 samples, and is missing with nine', () => {
    const withSamples = (samples: number): Run => {
      const run = goldenRun('pass');
      const [operation] = run.operations;
      assert.ok(operation !== undefined);
      const histogram = newHistogram();
      histogram[bucketOf(1e5)] = samples;
      return { ...run, operations: [{ ...operation, histogram: toSparse(histogram) }] };
    };
    const last = spectrumOf(withSamples(369)).curves[0]?.points.at(-1)?.[0] ?? 0;
    assert.ok(Math.abs(last - 99) < 1e-6, String(last));
    assert.deepEqual(spectrumSection.blocks(withSamples(9)), []);
  });

  it('names the longest tail, and its twin has "-" where samples are too few', () => {
    const block = spectrumOf(goldenRun('pass'));
    assert.match(block.title, /^The longest tail is that of rename: its p99 of 4\.10 ms is 5\.86 times its median/);
    assert.equal(block.twin.rows.find(({ cells }) => cells[0] === 'mkdir')?.cells[5], '-');
  });
});

describe('heartbeats', () => {
  it('name the operation that was longest in flight, and where', () => {
    const [block] = vitalsSection.blocks(goldenRun('fail'));
    assert.ok(block?.kind === 'vitals');
    assert.match(
      block.title,
      /^The longest operation that a heartbeat saw under way was a write on client-2, for 1\.24 s;/,
    );
    assert.equal(block.hosts[0]?.name, 'client-2', 'the host with errors is the worst');
  });

  it('are drawn for sixteen hosts, and told in a table for all', () => {
    const run = goldenRun('pass');
    const [host] = run.hosts;
    assert.ok(host !== undefined);
    const hosts = Array.from({ length: 40 }, (_, index) => ({ ...host, index, name: `host-${index}` }));
    const [block, table] = vitalsSection.blocks({ ...run, hosts });
    assert.equal(block?.kind === 'vitals' ? block.hosts.length : 0, 16);
    assert.ok(block?.kind === 'vitals' && block.twin.rows.length <= 16 * 8);
    assert.equal(table?.kind === 'table' ? table.rows.length : 0, 40);
  });
});

describe('lifelines', () => {
  it('tell who was first and who was last, and mark who fell silent', () => {
    const [block] = lifelinesSection.blocks(goldenRun('incomplete'));
    assert.ok(block?.kind === 'lifelines');
    assert.match(block.title, /finished stress first, after .*; .* last, .* later/);
    assert.deepEqual(
      block.lanes.filter(({ end }) => end !== '').map(({ name }) => name),
      ['rack2-b'],
    );
    assert.equal(block.twin.rows.length, block.lanes.length);
  });
});

function tableOf(blocks: readonly Block[]): TableBlock {
  const block = blocks.find(({ kind }) => kind === 'table');
  assert.ok(block?.kind === 'table');
  return block;
}

function textOf([text]: readonly Block[]): string {
  return text?.kind === 'text' ? text.paragraphs.join(' ') : '';
}
