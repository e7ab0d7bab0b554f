/** How the pace of workers becomes a host's row, and two latencies of one operation. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paceOf } from '../../src/controller/merge/pace.ts';
import type { Pace } from '../../src/model/result.ts';

const kept = { turns: 600, elapsedMs: 60_000, lateMsMax: 2 };
const behind = { turns: 300, elapsedMs: 60_000, lateMsMax: 30_000 };

function merged(pace: Pace, rate: number): ReturnType<typeof paceOf> {
  return paceOf({ pace }, rate);
}

describe('the pace of a host', () => {
  it('is what was asked of its workers, and what they did of it', () => {
    assert.deepEqual(merged([kept, behind], 10), {
      askedPerSecond: 20,
      perSecond: 14.992,
      workers: 2,
      workersBehind: 1,
      lateMsMax: 30_000,
    });
  });

  it('is kept by a worker that had one operation under way when the stress ended', () => {
    assert.equal(
      merged(
        [
          { ...kept, turns: 599 },
          { turns: 0, elapsedMs: 0, lateMsMax: 0 },
        ],
        10,
      )?.workersBehind,
      0,
    );
    assert.equal(merged([{ turns: 4, elapsedMs: 500, lateMsMax: 0 }], 10)?.workersBehind, 1);
    assert.equal(merged([{ turns: 5, elapsedMs: 500, lateMsMax: 0 }], 10)?.workersBehind, 0);
  });

  it('is not told where no rate was asked for', () => {
    assert.equal(paceOf({ pace: [kept] }, undefined), undefined);
    assert.equal(paceOf({}, 10), undefined);
  });
});
