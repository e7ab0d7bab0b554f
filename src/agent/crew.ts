/**
 * The worker threads of one host: started once, sent through the phases together, told to stop through memory that they
 * look at between operations.
 */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import type { Note } from '../model/journal.ts';
import type { AgentSpec } from '../model/plan.ts';
import type { ClockBase } from './clock.ts';
import { isWithin } from './is-within.ts';
import { control, newMemory, viewMemory, type WorkerMemory } from './memory.ts';
import type { WorkerData, WorkerMessage, WorkerPhase } from './worker.ts';

/** The longest that Node's timers can wait. */
const maxTimerMs = 2 ** 31 - 1;

export interface CrewOptions {
  readonly spec: AgentSpec;
  readonly workers: number;
  readonly clockBase: ClockBase;
  readonly onNote: (worker: number, note: Note) => void;
}

export interface PhaseEnd {
  readonly isStopped: boolean;
  /** Of the workers that could not do it. */
  readonly failures: readonly string[];
}

export interface Crew {
  /** By worker. Stays readable after the threads have ended, whatever ended them. */
  readonly memories: readonly WorkerMemory[];
  /** Ends when every worker has ended the phase, or is gone; after `limitMs` they are told to end it. */
  run(phase: WorkerPhase, limitMs: number): Promise<PhaseEnd>;
  stop(): void;
  /** False: a thread hasn't ended in time, as it is stuck in a call to the operating system. */
  close(withinMs: number): Promise<boolean>;
}

export function openCrew({ spec, workers, clockBase, onNote }: CrewOptions): Crew {
  const members = Array.from({ length: workers }, (_, worker) =>
    openMember({ shared: newMemory(), spec, worker, clockBase: [...clockBase] }, (note) => onNote(worker, note)),
  );
  let isStopped = false;
  const setStop = (value: number): void => {
    for (const { memory } of members) Atomics.store(memory.control, control.stop, value);
  };
  return {
    memories: members.map((member) => member.memory),
    async run(phase, limitMs) {
      isStopped = false;
      setStop(0);
      const timer = setTimeout(() => setStop(1), Math.min(limitMs, maxTimerMs));
      const ends = members.map(async (member, worker) => {
        const failure = await member.run(phase);
        // One that can't go on makes the phase a failed one: the others need not go on for long.
        if (failure !== undefined) setStop(1);
        return failure === undefined ? [] : [`worker ${worker}: ${failure}`];
      });
      const failures = (await Promise.all(ends)).flat();
      clearTimeout(timer);
      return { isStopped, failures };
    },
    stop() {
      isStopped = true;
      setStop(1);
    },
    async close(withinMs) {
      setStop(1);
      return await isWithin(Promise.all(members.map((member) => member.close())), withinMs);
    },
  };
}

interface Member {
  readonly memory: WorkerMemory;
  run(phase: WorkerPhase): Promise<string | undefined>;
  close(): Promise<unknown>;
}

function openMember(data: WorkerData, onNote: (note: Note) => void): Member {
  // The bundle is one CommonJS file, which is also what its threads run.
  const thread = new Worker(__filename, { workerData: data });
  let death: string | undefined;
  let settle: ((failure: string | undefined) => void) | undefined;
  const end = (failure: string | undefined): void => {
    settle?.(failure);
    settle = undefined;
  };
  const die = (reason: string): void => {
    death ??= reason;
    end(death);
  };
  thread.on('message', (message: WorkerMessage) => {
    if (message.kind === 'note') onNote(message.note);
    else end(message.failure);
  });
  thread.on('error', (error) => die(`died: ${messageOf(error)}`));
  thread.on('exit', (code) => die(`its thread ended with code ${code}`));
  return {
    memory: viewMemory(data.shared),
    run: (phase) =>
      new Promise((resolve) => {
        if (death !== undefined) {
          resolve(death);
          return;
        }
        settle = resolve;
        thread.postMessage(phase, []);
      }),
    close: () => thread.terminate(),
  };
}
