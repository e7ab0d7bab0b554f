import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { describe, it } from 'node:test';
import { errnoLimit, newMemory, viewMemory } from '../../src/agent/memory.ts';
import { statisticsOf } from '../../src/agent/statistics.ts';
import { errnoNameOf } from '../../src/model/errno.ts';
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
