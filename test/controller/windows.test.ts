import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { windowsOf } from '../../src/controller/merge/windows.ts';
import type { HostTiming } from '../../src/controller/merge/timing.ts';
import type { AgentReport } from '../../src/model/result.ts';
import { windowsSchema } from '../../src/model/windows.ts';
import { lifelinesSection } from '../../src/report/sections/lifelines.ts';
import { goldenRun } from '../support/golden.ts';
import { timing } from '../support/host-timing.ts';

/** Their clocks are a second behind the run's. */
const zeroNs = 1e9;

/** Stress from and to, in seconds; `perSecond` operations of 4 KiB in each of them, one in a hundred an error. */
function host(name: string, [from, to]: readonly [number, number], perSecond = 100): HostTiming {
  const seconds = to - from;
  const samples: AgentReport['samples'] = Array.from({ length: seconds }, (_, at) => ({
    startNs: (from + at) * 1e9,
    endNs: (from + at + 1) * 1e9,
    operations: perSecond,
    errors: perSecond / 100,
    bytes: perSecond * 4096,
  }));
  const count = perSecond * seconds;
  const told = timing(name, {
    phases: [{ phase: 'stress', startNs: from * 1e9, endNs: to * 1e9, end: 'completed' }],
    operations: [{ name: 'write', count, bytes: count * 4096, errors: { EIO: count / 100 }, histogram: [] }],
    samples,
  });
  return { ...told, toController: (hostNs) => hostNs + zeroNs };
}

describe('the windows of a stress', () => {
  it('are the time from the last start to the first end, and the whole, each with its own rates', () => {
    const windows = windowsOf([host('a', [0, 10]), host('b', [2, 12], 300), host('c', [1, 20])], zeroNs);
    windowsSchema.parse(windows);
    assert.deepEqual(windows?.steady, {
      startMs: 2000,
      endMs: 10_000,
      operationsPerSecond: 500,
      errorsPerSecond: 5,
      bytesPerSecond: 500 * 4096,
    });
    // 1,000, 3,000 and 1,900 operations in 20 s.
    assert.deepEqual([windows.whole.startMs, windows.whole.endMs, windows.whole.operationsPerSecond], [0, 20_000, 295]);
    assert.equal(windows.overlapShare, 0.4);
  });

  it('name who was done first and last, the tail between them, and what the run would have taken without the last', () => {
    const windows = windowsOf([host('a', [0, 10]), host('b', [0, 11]), host('host7', [0, 30])], zeroNs);
    assert.deepEqual(windows?.firstDone, { host: 'a', atMs: 10_000 });
    assert.deepEqual(windows.lastDone, { host: 'host7', atMs: 30_000 });
    assert.equal(windows.tailMs, 20_000);
    assert.deepEqual(windows.withoutLast, { host: 'host7', tookMs: 11_000, savedMs: 19_000 });
  });

  it('have no steady one where two hosts never ran together, and nobody to leave out where one ran alone', () => {
    const apart = windowsOf([host('a', [0, 5]), host('b', [7, 9])], zeroNs);
    assert.deepEqual([apart?.steady, apart?.overlapShare, apart?.whole.endMs], [undefined, 0, 9000]);
    const alone = windowsOf([host('a', [0, 5])], zeroNs);
    assert.deepEqual([alone?.withoutLast, alone?.tailMs, alone?.overlapShare], [undefined, 0, 1]);
  });

  it('are not told where no host came to its stress, or a clock is unknown', () => {
    assert.equal(windowsOf([timing('a', {})], Infinity), undefined);
    const lost = host('a', [0, 5]);
    assert.equal(windowsOf([{ ...lost, toController: () => undefined }, host('b', [0, 5])], zeroNs), undefined);
  });

  it('are in the report, with a sentence on what the last host cost', () => {
    const windows = windowsOf([host('client-1', [0, 10]), host('client-2', [0, 11]), host('host7', [0, 30])], zeroNs);
    assert.ok(windows !== undefined);
    const [, text, table] = lifelinesSection.blocks({ ...goldenRun('pass'), windows });
    assert.deepEqual(text?.kind === 'text' ? text.paragraphs : [], [
      'All hosts were under stress together for 10.0 s, 33.3 % of the whole; rates are of that time.',
      'host7 was done 20.0 s after the first. Without host7 the stress would have taken 11.0 s instead of 30.0 s.',
    ]);
    assert.equal(table?.kind === 'table' ? table.rows.length : 0, 2);
  });
});
