/** What recording costs: the same engine in memory, once with the agent's recorder and its journal, once with one that keeps nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openJournal } from '../../src/agent/journal-writer.ts';
import { newMemory, viewMemory } from '../../src/agent/memory.ts';
import type { AgentSpec } from '../../src/model/plan.ts';
import { files } from '../../src/workloads/files.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { runPathOf } from '../../src/workloads/run-directory.ts';
import { agentSpec, filesSpec } from '../support/agent-process.ts';
import { fillTree, noWeights } from './agent-rate.ts';
import { engineTimeSchema, type EngineTime } from './engine-thread.ts';
import { figure, median } from './group.ts';
import { inMemory } from './in-memory.ts';

export interface JournalCostOptions {
  readonly rounds: number;
  readonly filesPerFolder: number;
}

interface Case {
  readonly what: string;
  readonly workload: Partial<FilesSpec>;
  readonly isFilled: boolean;
}

const fileBytes = 1 << 20;
const reads = { chunkBytes: 4096, transferBytes: 4096, fileBytes, weights: { ...noWeights, read: 1 } };
const names = { weights: { ...noWeights, touch: 1, stat: 1, rename: 1, delete: 1 } };

export async function compareWithoutJournal(
  { rounds, filesPerFolder }: JournalCostOptions,
  print: (line: string) => void,
): Promise<void> {
  const openFiles = 8 * filesPerFolder;
  const cases: readonly Case[] = [
    { what: '4 KiB random reads', workload: { ...reads, filesPerFolder, openFiles }, isFilled: true },
    { what: 'create, stat, rename and unlink', workload: { ...names, filesPerFolder }, isFilled: false },
  ];
  await inMemory(async (folder) => {
    for (const { what, workload, isFilled } of cases) {
      const on: EngineTime[] = [];
      const off: EngineTime[] = [];
      for (let round = 0; round < rounds; round++) {
        on.push(await timeOf(folder, workload, { isFilled, isRecording: true }));
        off.push(await timeOf(folder, workload, { isFilled, isRecording: false }));
      }
      for (const [by, words] of [['wallUs', ''] as const, ['cpuUs', ', by CPU time'] as const]) {
        const [ours, theirs] = [on, off].map((times) => median(times.map((time) => time[by])));
        const than = 'without recording';
        print(
          figure({ what: `${what}, recorded${words}`, ours: ours ?? NaN, theirs: theirs ?? NaN, than, unit: 'us' }),
        );
      }
    }
  }, print);
}

async function timeOf(
  folder: string,
  workload: Partial<FilesSpec>,
  { isFilled, isRecording }: { readonly isFilled: boolean; readonly isRecording: boolean },
): Promise<EngineTime> {
  const dir = mkdtempSync(join(folder, 'engine-'));
  const whole = filesSpec(dir, { workers: 1, ...workload });
  const spec = agentSpec(whole);
  const context = { spec, signal: new AbortController().signal };
  await files.setup(context);
  try {
    if (isFilled) fillTree(runPathOf({ dir, run: spec.run }), spec.runTag, whole);
    return await timeIn(join(dir, 'journal.fbj'), spec, isRecording);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timeIn(path: string, spec: AgentSpec, isRecording: boolean): Promise<EngineTime> {
  const shared = newMemory();
  const onBroken = (reason: string): void => {
    throw new Error(reason);
  };
  const { host, runTag } = spec;
  const journal = openJournal({ path, host, runTag, boot: [1, 2], firstWorker: 0, now: () => 0, onBroken });
  journal.attach([viewMemory(shared)]);
  const thread = new Worker(new URL('engine-thread.js', import.meta.url), {
    workerData: { shared, spec, isRecording },
  });
  try {
    const [message]: unknown[] = await once(thread, 'message');
    return engineTimeSchema.parse(message);
  } finally {
    await thread.terminate();
    journal.abandon();
  }
}
