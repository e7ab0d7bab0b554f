/** Does a number of operations with or without the agent's recorder, and says what one took. */
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { agentClock } from '../../src/agent/clock.ts';
import { viewMemory } from '../../src/agent/memory.ts';
import { openRecorder } from '../../src/agent/recorder.ts';
import { agentSpecSchema } from '../../src/model/plan.ts';
import { files } from '../../src/workloads/files.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import type { Recorder } from '../../src/workloads/workload.ts';

/** Of one operation; the CPU time is of the whole process, so of the journal's writer too. */
export const engineTimeSchema = z.object({ wallUs: z.number(), cpuUs: z.number() });
export type EngineTime = z.infer<typeof engineTimeSchema>;

const operations = 300_000;

const dataSchema = z.object({
  shared: z.instanceof(SharedArrayBuffer),
  spec: agentSpecSchema,
  isRecording: z.boolean(),
});

function run(): EngineTime {
  const { shared, spec, isRecording } = dataSchema.parse(workerData);
  const memory = viewMemory(shared);
  const kept = openRecorder({ memory, now: agentClock([0, 0]), post: () => undefined });
  const recorder = isRecording ? kept : forgetful(kept);
  let left = operations / 4;
  const isStopped = (): boolean => left-- <= 0;
  const engine = files.openWorker({
    spec,
    operations: fileOperations,
    recorder,
    worker: 0,
    awaitTurn: undefined,
    isStopped,
  });
  // Warm: what is measured is compiled by then.
  engine.stress();
  left = operations;
  const startCpu = process.cpuUsage();
  const start = performance.now();
  engine.stress();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(startCpu);
  return { wallUs: (wallMs * 1000) / operations, cpuUs: (user + system) / operations };
}

/** Lets the workload write into one slot, again and again, and neither asks the clock nor counts nor hands anything on. */
function forgetful({ views }: Recorder): Recorder {
  let sequence = 0;
  return {
    views,
    get sequence() {
      return sequence;
    },
    begin() {
      sequence++;
      return 0;
    },
    extend: () => 1,
    mark: () => undefined,
    end: () => undefined,
    note: () => undefined,
  };
}

const port = parentPort;
if (port !== null) port.postMessage(run());
