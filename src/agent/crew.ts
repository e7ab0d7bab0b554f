/**
 * The worker threads of one host: started once, sent through the phases together, told to stop through memory that they
 * look at between operations. A thread that is stuck in a call can't be ended, so it is given up, and the others go on.
 */
import type { Note } from '../model/journal.ts';
import type { AgentSpec } from '../model/plan.ts';
import type { UnexpectedError } from '../model/protocol.ts';
import type { ClockBase } from './clock.ts';
import { isWithin } from './is-within.ts';
import { control, newMemory, type WorkerMemory } from './memory.ts';
import { openMember, type Member } from './member.ts';
import { inFlightOf } from './statistics.ts';
import type { WorkerPhase } from './worker.ts';

/** The longest that Node's timers can wait. */
const maxTimerMs = 2 ** 31 - 1;

/** A hang is given up this much late at most. */
const watchMs = 250;

export interface CrewOptions {
  readonly spec: AgentSpec;
  readonly workers: number;
  readonly clockBase: ClockBase;
  readonly now: () => number;
  /** For one operation: who is in it for longer isn't waited for. */
  readonly hungMs: number;
  readonly onNote: (worker: number, note: Note) => void;
  /** From now on nothing that this worker does may count. */
  readonly onGivenUp: (worker: number) => void;
}

export interface PhaseEnd {
  readonly isStopped: boolean;
  /** Of the workers that could not do it. */
  readonly failures: readonly string[];
  /** Of the workers that are stuck in an operation, which it names. */
  readonly hung: readonly string[];
  /** What ended a strict stress. */
  readonly firstError?: UnexpectedError;
}

export interface Crew {
  /** By worker. Stays readable after the threads have ended, whatever ended them. */
  readonly memories: readonly WorkerMemory[];
  /** Begins when all threads are up. Ends when every worker has ended the phase, is gone, or hangs; after `limitMs` they are told to end it. */
  run(phase: WorkerPhase, limitMs: number): Promise<PhaseEnd>;
  stop(): void;
  /** False: a thread hasn't ended in time, as it is stuck in a call to the operating system. */
  close(withinMs: number): Promise<boolean>;
}

export function openCrew(options: CrewOptions): Crew {
  const { spec, workers, clockBase, onNote } = options;
  let firstError: UnexpectedError | undefined;
  let isStopped = false;
  const members = Array.from({ length: workers }, (_, worker) =>
    openMember(
      { shared: newMemory(), spec, worker, clockBase: [...clockBase] },
      {
        onNote: (note) => onNote(worker, note),
        onError(error) {
          firstError ??= error;
          setStop(1);
        },
      },
    ),
  );
  const setStop = (value: number): void => {
    for (const { memory } of members) {
      Atomics.store(memory.control, control.stop, value);
      // Who is paced may sleep until its next operation is due.
      Atomics.notify(memory.control, control.stop);
    }
  };
  return {
    memories: members.map((member) => member.memory),
    async run(phase, limitMs) {
      isStopped = false;
      firstError = undefined;
      setStop(limitMs > 0 ? 0 : 1);
      // The time of a stress is for its operations.
      await Promise.all(members.map((member) => member.ready));
      const timer = setTimeout(() => setStop(1), Math.min(limitMs, maxTimerMs));
      const watch = setInterval(() => giveUpWhere(members, options), watchMs);
      const ends = await Promise.all(
        members.map(async (member) => {
          const end = await member.run(phase);
          // One that can't go on makes the phase a failed one: the others need not go on for long.
          if (end.kind === 'failed') setStop(1);
          return end;
        }),
      );
      clearTimeout(timer);
      clearInterval(watch);
      const said = (kind: 'failed' | 'hung'): readonly string[] =>
        ends.flatMap((end, worker) => (end.kind === kind ? [`worker ${worker}: ${end.reason}`] : []));
      const error = firstError === undefined ? {} : { firstError };
      return { isStopped, failures: said('failed'), hung: said('hung'), ...error };
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

/** Those whom all the others have waited for, once each of them is in one operation for too long: any may still come back before. */
function giveUpWhere(members: readonly Member[], { now, hungMs, onGivenUp }: CrewOptions): void {
  const late = members.flatMap((member, worker) => {
    const inFlight = member.isRunning ? inFlightOf(member.memory, now()) : undefined;
    return member.isRunning ? [{ member, worker, inFlight }] : [];
  });
  if (!late.every(({ inFlight }) => inFlight !== undefined && inFlight.ageMs >= hungMs)) return;
  for (const { member, worker, inFlight } of late) {
    if (inFlight === undefined) continue;
    onGivenUp(worker);
    const seconds = Math.round(inFlight.ageMs / 100) / 10;
    member.giveUp(`it is stuck in ${inFlight.operation} of ${inFlight.file} for ${seconds} s`);
  }
}
