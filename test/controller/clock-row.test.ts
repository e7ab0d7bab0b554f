import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockRow } from '../../src/controller/merge/clock-row.ts';
import { foldResult } from '../../src/controller/merge/result/folded-result.ts';
import { timingOf } from '../../src/controller/merge/timing.ts';
import type { HostResult } from '../../src/model/result.ts';

const second = 1e9;

describe('what run.json says of the clock of a host', () => {
  it('is its bound, its epochs and its steps, in ms since the zero of the run', () => {
    const { clock, clockFault } = rowOf([0, 0, 0, 50e6, 50e6], 1 * second);
    assert.equal(clockFault, undefined);
    assert.ok(clock !== undefined && clock.worstNs < 3e6 && clock.bestNs <= clock.worstNs);
    assert.deepEqual([clock.hasStep, clock.stepCount], [true, 1]);
    assert.deepEqual(
      clock.epochs?.map(({ startMs, endMs }) => [startMs, endMs]),
      [
        [-1000, 1001],
        [2000, 3001],
      ],
    );
    for (const { bestNs = 0, worstNs = 0 } of clock.epochs ?? []) assert.ok(bestNs > 0 && worstNs <= clock.worstNs);
    const [step] = clock.steps ?? [];
    assert.ok(step !== undefined && step.startMs >= -1000 && step.startMs <= 1000 && step.endMs === 2001);
    assert.ok(step.aheadNsMin > 45e6 && step.aheadNsMin < 50e6 && step.aheadNsMax > 50e6 && step.aheadNsMax < 55e6);
  });

  it('is no time where no host had a phase, from which they count', () => {
    const { clock } = rowOf([0, 0, 50e6, 50e6], Infinity);
    assert.deepEqual([clock?.hasStep, clock?.epochs, clock?.steps], [true, undefined, undefined]);
  });

  it('is why it was of no use', () => {
    assert.match(rowOf([0, 0, -9 * second]).clockFault ?? '', /^it ran backwards.* by its answers to pings$/);
    assert.match(rowOf([0, 0, 0], 0, true).clockFault ?? '', /^it ran backwards, by the records/);
    assert.match(rowOf([0, 9e9, 18e9, 27e9]).clockFault ?? '', /^no two answers to pings agree/);
    assert.deepEqual(rowOf([]), {});
    assert.deepEqual(rowOf([0]), {});
  });

  it('stays short for a clock that steps all the time', () => {
    const { clock } = rowOf(Array.from({ length: 200 }, (_, at) => 50e6 * Math.floor(at / 2)));
    assert.deepEqual([clock?.stepCount, clock?.steps?.length, clock?.epochs?.length], [99, 20, 20]);
  });
});

/** A ping each second, by how far its clock was ahead. */
function rowOf(aheadNs: readonly number[], zeroNs = 0, isRunBack = false): ReturnType<typeof clockRow> {
  const result: HostResult = {
    version: 1,
    run: 'r',
    index: 0,
    name: 'a',
    status: 'completed',
    gaps: [],
    commands: [],
    pings: aheadNs.map((ahead, at) => [at * second, at * second + 5e5 + ahead, at * second + 1e6]),
  };
  return clockRow(timingOf(foldResult(result, { hungMs: 60_000 })), isRunBack, zeroNs);
}
