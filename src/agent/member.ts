/** One worker thread as the main thread sees it: what it was told, how that ended, and whether it can be told more. */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import type { Note } from '../model/journal.ts';
import type { UnexpectedError } from '../model/protocol.ts';
import { viewMemory, type WorkerMemory } from './memory.ts';
import type { WorkerData, WorkerMessage, WorkerPhase } from './worker.ts';

export type MemberEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** In a call that doesn't return: nobody waits for it any more. */
  | { readonly kind: 'hung'; readonly reason: string };

export interface Member {
  readonly memory: WorkerMemory;
  /** Once its thread can begin a phase at once, or will never: threads of a busy host take seconds to start. */
  readonly ready: Promise<void>;
  /** In a phase. */
  readonly isRunning: boolean;
  run(phase: WorkerPhase): Promise<MemberEnd>;
  /** Ends its phase for us, and every later one at once, whatever the thread does. */
  giveUp(reason: string): void;
  close(): Promise<unknown>;
}

export interface MemberListener {
  readonly onNote: (note: Note) => void;
  readonly onError: (error: UnexpectedError) => void;
}

export function openMember(data: WorkerData, { onNote, onError }: MemberListener): Member {
  // The bundle is one CommonJS file, which is also what its threads run.
  // Sixty agents of sixteen workers shall fit on one machine: what a worker allocates is short-lived and small.
  const thread = new Worker(__filename, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: 2 } });
  let setReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (setReady = resolve));
  /** How every later phase ends. */
  let last: MemberEnd | undefined;
  let settle: ((end: MemberEnd) => void) | undefined;
  const end = (how: MemberEnd): void => {
    settle?.(how);
    settle = undefined;
  };
  const endForGood = (how: MemberEnd): void => {
    last ??= how;
    setReady();
    end(last);
  };
  thread.on('message', (message: WorkerMessage) => {
    if (last !== undefined) return;
    switch (message.kind) {
      case 'ready':
        return setReady();
      case 'note':
        return onNote(message.note);
      case 'error':
        return onError(message.error);
      case 'ended':
        return end(message.failure === undefined ? { kind: 'done' } : { kind: 'failed', reason: message.failure });
    }
  });
  thread.on('error', (error) => endForGood({ kind: 'failed', reason: `died: ${messageOf(error)}` }));
  thread.on('exit', (code) => endForGood({ kind: 'failed', reason: `its thread ended with code ${code}` }));
  return {
    memory: viewMemory(data.shared),
    ready,
    get isRunning() {
      return settle !== undefined;
    },
    run: (phase) =>
      new Promise((resolve) => {
        if (last !== undefined) {
          resolve(last);
          return;
        }
        settle = resolve;
        thread.postMessage(phase, []);
      }),
    giveUp: (reason) => endForGood({ kind: 'hung', reason }),
    close: () => thread.terminate(),
  };
}
