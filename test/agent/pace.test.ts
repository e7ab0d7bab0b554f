/** Operations at a rate: when they begin, what their latencies are, and how soon a worker that waits for its turn ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { agentClock } from '../../src/agent/clock.ts';
import { control, newMemory, viewMemory } from '../../src/agent/memory.ts';
import { openPacer } from '../../src/agent/pacer.ts';
import { openRecorder } from '../../src/agent/recorder.ts';
import { paceOf, statisticsOf } from '../../src/agent/statistics.ts';
import { fromSparse, percentile, valueOf, type SparseHistogram } from '../../src/model/histogram.ts';
import { agentReportSchema, type AgentReport } from '../../src/model/result.ts';
import { files } from '../../src/workloads/files.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { AgentProcess, agentSpec, filesSpec } from '../support/agent-process.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const slowMs = 20;

/** Every file takes so long to be opened. */
const slow: FileOperations = {
  ...fileOperations,
  open(path, flags, mode) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowMs);
    return fileOperations.open(path, flags, mode);
  },
};

const onlyTouch = { mkdir: 0, delete: 0, list: 0, touch: 1, stat: 0, read: 0, write: 0, rename: 0, truncate: 0 };

/** One worker that makes files, all of its memory. */
async function paced(rate: number, operationsLimit: number): Promise<ReturnType<typeof viewMemory>> {
  const dir = mkdtempSync(join(root, 'dir-'));
  const spec = agentSpec(filesSpec(dir, { workers: 1, operationsLimit, weights: onlyTouch, rate, filesPerFolder: 40 }));
  await files.setup({ spec, signal: new AbortController().signal });
  const memory = viewMemory(newMemory());
  const now = agentClock([0, 0]);
  const recorder = openRecorder({ memory, now, post: () => undefined });
  const pacer = openPacer({
    rate,
    worker: 0,
    workers: 1,
    control: memory.control,
    now,
    onTurn: (dueNs) => recorder.due(dueNs),
  });
  const awaitTurn = (): void => pacer.awaitTurn();
  pacer.start();
  files.openWorker({ spec, operations: slow, recorder, worker: 0, awaitTurn, isStopped: () => false }).stress();
  recorder.endPhase();
  return memory;
}

function sumMs(histogram: SparseHistogram): number {
  return histogram.reduce((sum, [bucket, count]) => sum + valueOf(bucket) * count, 0) / 1e6;
}

describe('a paced worker', () => {
  it('counts how late an operation began in its response time, and not in its service time', async () => {
    const [touch] = statisticsOf([await paced(1000, 40)]);
    const { histogram = [], response = [] } = touch ?? {};
    // The last of 40 was due after 39 ms, and began when the others had taken 20 ms each.
    assert.ok((percentile(fromSparse(response), 100) ?? 0) / 1e6 > 39 * slowMs - 45);
    const lateMs = sumMs(response) - sumMs(histogram);
    assert.ok(lateMs > 0.9 * (slowMs - 1) * ((40 * 39) / 2), `${lateMs}`);
  });

  it('says how many operations it began in what time, and how late the latest was', async () => {
    const memory = await paced(1000, 40);
    const [pace] = paceOf([memory], 0) ?? [];
    assert.equal(pace?.turns, 40);
    assert.ok((pace?.elapsedMs ?? 0) >= 40 * slowMs);
    assert.ok((pace?.lateMsMax ?? 0) > 38 * slowMs - 45);
  });

  it('begins no operation before it is due', async () => {
    const memory = await paced(20, 8);
    const [pace] = paceOf([memory], 0) ?? [];
    assert.ok((pace?.elapsedMs ?? 0) >= 7 * 50, `${pace?.elapsedMs}`);
  });

  it('waits for no clock that fell back: its records tell of the fall', () => {
    // The last would be the end of a wait for the clock to catch up.
    const shown = [10e9, 10e9, 10.999e9, 10.5e9, 11.1e9];
    const due: number[] = [];
    const pacer = openPacer({
      rate: 1,
      worker: 0,
      workers: 1,
      control: viewMemory(newMemory()).control,
      now: () => shown.shift() ?? assert.fail('it asked on'),
      onTurn: (dueNs) => due.push(dueNs),
    });
    pacer.start();
    pacer.awaitTurn();
    pacer.awaitTurn();
    assert.deepEqual(due, [10e9, 10.5e9]);
  });

  it('begins no more once its phase has ended', () => {
    const memory = viewMemory(newMemory());
    Atomics.store(memory.control, control.stop, 1);
    const onTurn = (): void => assert.fail('its turn came');
    const pacer = openPacer({
      rate: 1e-3,
      worker: 3,
      workers: 4,
      control: memory.control,
      now: agentClock([0, 0]),
      onTurn,
    });
    pacer.start();
    pacer.awaitTurn();
  });
});

async function stressed(
  changes: Parameters<typeof filesSpec>[1],
  during: (agent: AgentProcess) => void,
): Promise<AgentReport> {
  await using agent = new AgentProcess();
  await agent.start(agentSpec(filesSpec(mkdtempSync(join(root, 'dir-')), changes)));
  for (const phase of ['setup', 'meet'] as const) assert.equal((await agent.phase(phase)).end, 'completed');
  agent.send({ kind: 'phase', phase: 'stress' });
  await agent.event('phase-started', ({ phase }) => phase === 'stress');
  during(agent);
  await agent.event('phase-ended', ({ phase }) => phase === 'stress');
  const { resultPath } = await agent.deliver();
  return agentReportSchema.parse(JSON.parse(readFileSync(resultPath, 'utf8')));
}

describe('an agent whose workers wait for their turns', () => {
  /** One in seventeen minutes: who slept it out would outlive the test. */
  const rate = 1e-3;

  it('ends its stress when its time is over', { timeout: 600_000 }, async () => {
    const { phases, pace } = await stressed({ rate, durationMs: 3_000 }, () => undefined);
    assert.equal(phases.find(({ phase }) => phase === 'stress')?.end, 'completed');
    assert.deepEqual(
      pace?.map(({ turns }) => turns),
      [1, 0],
    );
  });

  it('ends its stress when it is told to', { timeout: 600_000 }, async () => {
    const { phases } = await stressed({ rate, durationMs: 3_600_000 }, (agent) => agent.send({ kind: 'stop' }));
    assert.equal(phases.find(({ phase }) => phase === 'stress')?.end, 'stopped');
  });

  it('says nothing of a pace where none was asked for', { timeout: 600_000 }, async () => {
    const { pace, operations } = await stressed({ durationMs: 3_000 }, () => undefined);
    assert.equal(pace, undefined);
    assert.ok(operations.length > 0 && operations.every(({ response }) => response === undefined));
  });
});
