/**
 * Logins to one sshd, few at a time: sshd drops what exceeds its MaxStartups before it says a word, and a test rig or a
 * bastion has many hosts behind one address. What is dropped all the same is tried again, after a pause that differs
 * from host to host; nothing else is, because a refusal says the same twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSlots, type Slots } from './slots.ts';

/** sshd starts dropping at 10 unauthenticated connections (MaxStartups 10:30:100). */
const loginsPerAddress = 8;

const retries = 6;

/** The first pause; doubled for each further one, up to the longest: some 6 s in all, well within the connect limit. */
const pauseMs = 200;
const longestPauseMs = 1600;

export type LoginAttempt<T> =
  | { readonly kind: 'connected'; readonly value: T }
  /** The connection went away before the host key was exchanged. */
  | { readonly kind: 'dropped'; readonly reason: string };

export interface LoginGate {
  /** The last attempt, when all were dropped. Rethrows what an attempt throws. */
  login<T>(at: {
    readonly address: string;
    readonly signal: AbortSignal;
    /** There is no time left for another attempt. */
    readonly isOver: () => boolean;
    readonly attempt: () => Promise<LoginAttempt<T>>;
  }): Promise<LoginAttempt<T>>;
}

/** `random` gives numbers in [0, 1). */
export function makeLoginGate(random: () => number): LoginGate {
  const slotsOf = new Map<string, Slots>();
  return {
    async login({ address, signal, isOver, attempt }) {
      const slots = slotsOf.get(address) ?? makeSlots(loginsPerAddress);
      slotsOf.set(address, slots);
      const release = await slots.take(signal);
      try {
        for (let retry = 0; ; retry++) {
          const outcome = await attempt();
          if (outcome.kind === 'connected' || retry === retries) return outcome;
          const pause = Math.min(pauseMs * 2 ** retry, longestPauseMs) * (0.5 + random());
          await sleep(pause, undefined, { signal });
          if (isOver()) return outcome;
        }
      } finally {
        release();
      }
    },
  };
}
