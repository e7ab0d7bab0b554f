/**
 * When each operation of a worker is to begin, where the plan gives a rate: fixed beforehand, so that a slow operation makes
 * those behind it late, and not fewer (coordinated omission). A worker sleeps on the word that ends its phase.
 * It doesn't sleep until a clock that fell back has caught up: that would hide the fall from the times of its records.
 */
import { control, type WorkerMemory } from './memory.ts';

export interface Pacer {
  /** From now on. */
  start(): void;
  /** Returns when the next operation is due: at once where it is late, and where the phase has ended. */
  awaitTurn(): void;
}

export interface PacerOptions {
  /** Operations a second; undefined: as many as it can. */
  readonly rate: number | undefined;
  /** Of this host, and how many it has: they don't all begin at the same moment. */
  readonly worker: number;
  readonly workers: number;
  readonly control: WorkerMemory['control'];
  readonly now: () => number;
  /** Told when the operation was to begin, just before it does. */
  readonly onTurn: (dueNs: number) => void;
}

export function openPacer({ rate, worker, workers, control: words, now, onTurn }: PacerOptions): Pacer {
  if (rate === undefined) return { start: () => undefined, awaitTurn: () => undefined };
  const periodNs = 1e9 / rate;
  let startNs = 0;
  let turns = 0;
  let latestNs = -Infinity;
  return {
    start() {
      startNs = now() + (periodNs * worker) / workers;
      turns = 0;
    },
    awaitTurn() {
      const dueNs = startNs + turns * periodNs;
      while (Atomics.load(words, control.stop) === 0) {
        const atNs = now();
        const isBack = atNs < latestNs;
        latestNs = atNs;
        if (isBack || atNs >= dueNs) {
          turns++;
          return onTurn(Math.min(dueNs, atNs));
        }
        Atomics.wait(words, control.stop, 0, (dueNs - atNs) / 1e6);
      }
    },
  };
}
