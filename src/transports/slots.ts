/** At most so many at once; who comes later waits in line, until its own signal ends the wait. */
import { onAbort } from './on-abort.ts';

export interface Slots {
  /**
   * Resolves with the call that gives the slot back; more than one call is harmless. Who has waited before is first in
   * line again.
   */
  take(signal?: AbortSignal, options?: { readonly isFirst?: boolean }): Promise<() => void>;
  /** Of fewer slots than are taken, those that are given back first are gone. */
  resize(count: number): void;
}

export function makeSlots(first: number): Slots {
  let count = first;
  let taken = 0;
  const waiting: (() => void)[] = [];
  const callNext = (): void => {
    while (taken < count) {
      const next = waiting.shift();
      if (next === undefined) return;
      taken++;
      next();
    }
  };
  const give = (): (() => void) => {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      taken--;
      callNext();
    };
  };
  return {
    async take(signal, { isFirst = false } = {}) {
      signal?.throwIfAborted();
      if (taken < count) {
        taken++;
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
        if (isFirst) waiting.unshift(onTurn);
        else waiting.push(onTurn);
      });
      return give();
    },
    resize(wanted) {
      count = wanted;
      callNext();
    },
  };
}
