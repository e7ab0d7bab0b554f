/** A worker thread: does the phases that it is told, one after another, and says how each went. */
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { messageOf } from '../model/errors.ts';
import type { Note } from '../model/journal.ts';
import { agentSpecSchema } from '../model/plan.ts';
import type { UnexpectedError } from '../model/protocol.ts';
import type { FileOperations } from '../workloads/operations.ts';
import { workloadOf } from '../workloads/registry.ts';
import { agentClock } from './clock.ts';
import { control, viewMemory } from './memory.ts';
import { isMismatch } from './mismatch.ts';
import { openPacer } from './pacer.ts';
import { openRecorder } from './recorder.ts';
import { errnoName, namedBy } from './statistics.ts';

/** The phases that workers do; the rest is the main thread's. */
export type WorkerPhase = 'stress' | 'verify';

/** What a worker says. Messages keep their order: the notes of a phase come before its end. */
export type WorkerMessage =
  /** It can be told a phase, and begins it at once. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'note'; readonly note: Note }
  /** What ends a strict stress: an error that the workload doesn't expect, or a chunk of its own that isn't as it wrote it. */
  | { readonly kind: 'error'; readonly error: UnexpectedError }
  | { readonly kind: 'ended'; readonly failure: string | undefined };

const workerDataSchema = z.object({
  shared: z.instanceof(SharedArrayBuffer),
  spec: agentSpecSchema,
  worker: z.number(),
  clockBase: z.tuple([z.number(), z.number()]),
});
export type WorkerData = z.infer<typeof workerDataSchema>;

export function work(operations: FileOperations): void {
  const port = parentPort;
  if (port === null) throw new Error('a worker runs in a thread');
  const { shared, spec, worker, clockBase } = workerDataSchema.parse(workerData);
  const say = (message: WorkerMessage): void => port.postMessage(message);
  const memory = viewMemory(shared);
  let isStrict = false;
  const endStrictly = (error: Omit<UnexpectedError, 'worker' | 'sequence'>): void => {
    if (!isStrict) return;
    isStrict = false;
    Atomics.store(memory.control, control.stop, 1);
    say({ kind: 'error', error: { ...error, worker, sequence: recorder.sequence } });
  };
  const now = agentClock(clockBase);
  const recorder = openRecorder({
    memory,
    now,
    post(note) {
      say({ kind: 'note', note });
      if (note.kind !== 'evidence' || !isMismatch(note, 'stress', spec.host * spec.workload.workers + worker)) return;
      const error = `chunk ${note.chunk} is not as it was written: ${note.found}, instead of ${note.expected}`;
      endStrictly({ operation: 'read', file: note.path, error });
    },
    onError: (slot, errno) => endStrictly({ ...namedBy(memory.ring, slot), error: errnoName(errno) }),
  });
  const { rate, workers } = spec.workload;
  const pacer = openPacer({
    rate,
    worker,
    workers,
    control: memory.control,
    now,
    onTurn: (dueNs) => recorder.due(dueNs),
  });
  const engine = workloadOf(spec.workload.engine).openWorker({
    spec,
    operations,
    recorder,
    worker,
    awaitTurn: rate === undefined ? undefined : () => pacer.awaitTurn(),
    isStopped: () => Atomics.load(memory.control, control.stop) !== 0,
  });
  const runPhase = (phase: WorkerPhase): string | undefined => {
    try {
      recorder.startPhase();
      pacer.start();
      isStrict = phase === 'stress' && spec.workload.isStrict === true;
      engine[phase]();
      return undefined;
    } catch (error) {
      return messageOf(error);
    } finally {
      recorder.endPhase();
    }
  };
  port.on('message', (phase: WorkerPhase) => say({ kind: 'ended', failure: runPhase(phase) }));
  say({ kind: 'ready' });
}
