/** Waits that end: a promise with its handles, one that gives way to a signal, a sleep that a signal cuts short. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { FunbricError } from '../../model/errors.ts';
import { onAbort } from '../../transports/on-abort.ts';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** What Promise.withResolvers is from Node 22 on. */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** The promise, or a rejection with the signal's reason, whichever comes first. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = deferred<never>();
  const stopListening = onAbort(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    stopListening();
  }
}

/** The promise, or a FunbricError `limit` that says which limit fired, for what, and after how long. */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string, hint?: string): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    const seconds = Math.round(limitMs / 100) / 10;
    late.abort(new FunbricError('limit', `${what} took longer than ${seconds} s`, hint === undefined ? {} : { hint }));
  }, limitMs);
  try {
    return await abortable(promise, late.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects with the signal's reason when that aborts first; no timer is left to keep the process awake. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** The reason of every wait that Ctrl-C ends, or the run's own limit, where the signal says so. */
export function interrupted(what: string, signal?: AbortSignal): FunbricError {
  const reason: unknown = signal?.reason;
  const isLimit = reason instanceof FunbricError && reason.code === 'limit';
  return new FunbricError('interrupted', isLimit ? `${what}: ${reason.message}` : `interrupted during ${what}`);
}
