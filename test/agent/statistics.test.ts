import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { errnoLimit, newMemory, totals, viewMemory, type WorkerMemory } from '../../src/agent/memory.ts';
import { clearStatistics, p99UsOf, statisticsOf } from '../../src/agent/statistics.ts';
import { errnoNameOf } from '../../src/model/errno.ts';
import { bucketOf, histogramBuckets } from '../../src/model/histogram.ts';
import { recordKinds } from '../../src/model/record.ts';

describe('what an agent counts of its errors', () => {
  it('has the names that the merge finds in the journals, so that the examples come to the counts', () => {
    for (const errno of Object.values(constants.errno)) {
      const memory = viewMemory(newMemory());
      memory.counts[recordKinds.read] = 3;
      memory.errors[recordKinds.read * errnoLimit + errno] = 2;
      const [read] = statisticsOf([memory]);
      assert.deepEqual(read?.errors, { [errnoNameOf(errno, process.platform)]: 2 });
    }
  });
});

describe('what an agent counts by kind', () => {
  it('is one histogram a kind of all workers, and one percentile of all kinds', () => {
    const workers = [counted({ read: 400, write: 5 }), counted({ read: 100 })];
    assert.deepEqual(
      statisticsOf(workers).map(({ name, count, histogram }) => [name, count, histogram]),
      [
        ['write', 5, [[bucketOf(2_000_000), 5]]],
        ['read', 500, [[bucketOf(1_000), 500]]],
      ],
    );
    assert.ok(Math.abs((p99UsOf(workers) ?? 0) - 1) < 0.01);
    assert.ok(Math.abs((p99UsOf([counted({ read: 400, write: 400 })]) ?? 0) - 2_000) < 20);
  });

  it('is response times, too, where it is paced', () => {
    const paced = counted({ read: 400 });
    paced.totals[totals.turns] = 400;
    paced.responses[recordKinds.read * histogramBuckets + bucketOf(9_000)] = 400;
    assert.deepEqual(statisticsOf([paced])[0]?.response, [[bucketOf(9_000), 400]]);
    assert.ok(Math.abs((p99UsOf([paced]) ?? 0) - 9) < 0.09);
  });

  it('is nothing once it was forgotten', () => {
    const memory = counted({ read: 400, write: 5 });
    memory.totals[totals.turns] = 405;
    memory.responses.set(memory.latencies);
    memory.errors[recordKinds.write * errnoLimit + 28] = 5;
    clearStatistics([memory]);
    const { counts, bytes, latencies, errors, responses } = memory;
    const left = [counts, bytes, latencies, errors, responses].map((table) => table.some((count) => count !== 0));
    assert.deepEqual(left, [false, false, false, false, false]);
    assert.equal(p99UsOf([memory]), undefined);
  });
});

/** Reads of 1 us, writes of 2 ms. */
function counted(done: Partial<Record<'read' | 'write', number>>): WorkerMemory {
  const memory = viewMemory(newMemory());
  const took = { read: 1_000, write: 2_000_000 };
  for (const kind of ['read', 'write'] as const) {
    memory.counts[recordKinds[kind]] = done[kind] ?? 0;
    memory.bytes[recordKinds[kind]] = 4_096 * (done[kind] ?? 0);
    memory.latencies[recordKinds[kind] * histogramBuckets + bucketOf(took[kind])] = done[kind] ?? 0;
  }
  return memory;
}
