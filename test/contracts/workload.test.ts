import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { outcomes } from '../../src/model/record.ts';
import type { AgentSpec, WorkloadSpec } from '../../src/model/plan.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import { workloads } from '../../src/workloads/registry.ts';
import type { AgentContext, Workload } from '../../src/workloads/workload.ts';
import { agentSpec, filesSpec } from '../support/agent-process.ts';
import { decisionsOf } from '../support/lived.ts';
import { MemoryRecorder } from '../support/memory-recorder.ts';

/** A small spec of every engine: an engine without one fails its contract. */
const specs: Readonly<Record<string, (dir: string) => WorkloadSpec>> = {
  files: (dir) => filesSpec(dir, { workers: 1, operationsLimit: 500 }),
};

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

function specFor(workload: Workload): { dir: string; spec: AgentSpec; context: AgentContext } {
  const make = specs[workload.engine];
  assert.ok(make !== undefined, `${workload.engine} needs a spec in this file`);
  const dir = fs.mkdtempSync(join(root, 'dir-'));
  const spec = { ...agentSpec(filesSpec(dir)), workload: make(dir) };
  const signal = new AbortController().signal;
  return { dir, spec, context: { spec, signal } };
}

const awaitTurn = (): void => undefined;

for (const workload of workloads) {
  describe(`the engine ${workload.engine}`, () => {
    it('refuses a spec of another engine', () => {
      const { spec } = specFor(workload);
      workload.check(spec.workload);
      assert.throws(() => workload.check({ engine: `not ${workload.engine}`, workers: 1 }));
    });

    it('does the same operations with the same seed', async () => {
      const runs = [];
      for (const { spec, context } of [specFor(workload), specFor(workload)]) {
        await workload.setup(context);
        const recorder = new MemoryRecorder();
        workload
          .openWorker({ spec, operations: fileOperations, recorder, worker: 0, awaitTurn, isStopped: () => false })
          .stress();
        runs.push(decisionsOf(recorder.records));
        await workload.teardown(context);
      }
      assert.ok((runs[0]?.length ?? 0) > 0);
      assert.deepEqual(runs[0], runs[1]);
    });

    it('stops at the first operation after it is told, none left without an outcome', async () => {
      const { spec, context } = specFor(workload);
      await workload.setup(context);
      const recorder = new MemoryRecorder();
      let asked = 0;
      const isStopped = (): boolean => ++asked > 20;
      const worker = workload.openWorker({
        spec,
        operations: fileOperations,
        recorder,
        worker: 0,
        awaitTurn,
        isStopped,
      });
      worker.stress();
      assert.ok(recorder.sequence <= 20);
      worker.verify();
      assert.ok(recorder.sequence <= 21);
      assert.ok(recorder.records.every(({ outcome }) => outcome !== outcomes.pending));
      await workload.teardown(context);
    });

    it('sees itself when it is the only host', async () => {
      const { context } = specFor(workload);
      await workload.setup(context);
      assert.deepEqual(await workload.meet(context), [0]);
    });

    it('tears down what it made and nothing else, twice without harm, and without a setup too', async () => {
      const { dir, context } = specFor(workload);
      fs.writeFileSync(join(dir, 'theirs'), 'x');
      await workload.teardown(context);
      await workload.setup(context);
      await workload.teardown(context);
      await workload.teardown(context);
      assert.deepEqual(fs.readdirSync(dir), ['theirs']);
    });
  });
}
