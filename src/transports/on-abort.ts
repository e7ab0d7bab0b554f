/** Listens for a signal's end. One signal serves all hosts of a run, so many listeners are no leak that Node should warn of. */
import { setMaxListeners } from 'node:events';

const isUnlimited = new WeakSet<AbortSignal>();

/** Gives the call that stops listening. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (!isUnlimited.has(signal)) {
    setMaxListeners(0, signal);
    isUnlimited.add(signal);
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
