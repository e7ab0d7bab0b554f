/** At most so many at once; who comes later waits in line, until its own signal ends the wait. */
import { onAbort } from './on-abort.ts';

export interface Slots {
  /** Resolves with the call that gives the slot back; more than one call is harmless. */
  take(signal?: AbortSignal): Promise<() => void>;
}

export function makeSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const give = (): (() => void) => {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    };
  };
  return {
    async take(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free--;
        return give();
      }
      await new Promise<void>((resolve, reject) => {
        const stopListening = onAbort(signal, () => {
          waiting.splice(waiting.indexOf(onTurn), 1);
          reject(signal?.reason);
        });
        const onTurn = (): void => {
          stopListening();
          resolve();
        };
        waiting.push(onTurn);
      });
      return give();
    },
  };
}
