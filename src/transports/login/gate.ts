/**
 * Logins to one sshd, as many at a time as it takes: it drops what exceeds its MaxStartups before it says a word, and a
 * test rig or a bastion has many hosts behind one address. How many it takes nobody says, so the number grows with each
 * login that succeeds and halves when one is dropped, as TCP finds the width of a link. What is dropped is tried again,
 * after a pause that differs from host to host; nothing else is, because a refusal says the same twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSlots } from '../slots.ts';
import { limitOfDrop } from '../sshd-limits.ts';

/** sshd starts dropping at 10 unauthenticated connections (MaxStartups 10:30:100), and others log in, too. */
const firstWidth = 8;

/**
 * Of a login that is dropped where none has succeeded yet, and without a word of why. Where sshd let others in, or says
 * that it is busy, only the connect limit ends the tries.
 */
const blindRetries = 6;

/** The first pause; doubled for each further one, up to the longest. */
const pauseMs = 200;
const longestPauseMs = 1600;

/** sshd puts off an address for 15 s at least: it is asked now and then whether that is over. */
const penaltyPauseMs = 2000;

export type LoginAttempt<T> =
  | { readonly kind: 'connected'; readonly value: T }
  /** The connection went away before the host key was exchanged; `reason` is what sshd said, where it said anything. */
  | {
      readonly kind: 'dropped';
      readonly reason: string;
      /** Something on the way ended it, which may have passed on a drop of sshd, or may do so each time. */
      readonly isOnTheWay?: boolean;
    };

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
  const doors = new Map<string, Door>();
  return {
    async login({ address, signal, isOver, attempt }) {
      const door = doors.get(address) ?? makeDoor();
      doors.set(address, door);
      let last: Awaited<ReturnType<typeof attempt>> | undefined;
      // The time may be over when the door opens again.
      const tryAgain = async (): ReturnType<typeof attempt> =>
        last !== undefined && isOver() ? last : await attempt();
      for (let retry = 0; ; retry++) {
        const before = last;
        const outcome = await door.pass(tryAgain, signal, retry > 0);
        last = outcome;
        if (outcome.kind === 'connected' || isOver()) return outcome;
        if (!door.isKnownGood() && isSameEnd(before, outcome)) return outcome;
        const limit = limitOfDrop(outcome.reason);
        if (limit === undefined && !door.isKnownGood() && retry >= blindRetries) return outcome;
        const pause = limit === 'PerSourcePenalties' ? penaltyPauseMs : Math.min(pauseMs * 2 ** retry, longestPauseMs);
        // The place at the door is another's meanwhile.
        await rest(pause * (0.5 + random()), signal, isOver);
        if (isOver()) return outcome;
      }
    },
  };
}

/** A command on the way that ends twice in the same way is no sshd that is busy. */
function isSameEnd<T>(before: LoginAttempt<T> | undefined, now: LoginAttempt<T>): boolean {
  return (
    before?.kind === 'dropped' && now.kind === 'dropped' && now.isOnTheWay === true && before.reason === now.reason
  );
}

/** A pause isn't worth more than the connect limit. */
const restStepMs = 100;

async function rest(ms: number, signal: AbortSignal, isOver: () => boolean): Promise<void> {
  for (let left = ms; left > 0 && !isOver(); left -= restStepMs) {
    await sleep(Math.min(left, restStepMs), undefined, { signal });
  }
}

/** One sshd. */
interface Door {
  /** `isRetry`: it was first in line once, and is again. */
  pass<T>(attempt: () => Promise<LoginAttempt<T>>, signal: AbortSignal, isRetry: boolean): Promise<LoginAttempt<T>>;
  /** It let someone in. */
  isKnownGood(): boolean;
}

function makeDoor(): Door {
  const slots = makeSlots(firstWidth);
  let width = firstWidth;
  let inside = 0;
  let begun = 0;
  /** Logins that began before the last halving say nothing of the width since. */
  let begunAtHalving = 0;
  let isGood = false;
  const set = (wanted: number): void => {
    width = wanted;
    slots.resize(Math.floor(width));
  };
  return {
    isKnownGood: () => isGood,
    async pass(attempt, signal, isRetry) {
      const release = await slots.take(signal, { isFirst: isRetry });
      const number = ++begun;
      const isFull = ++inside >= Math.floor(width);
      try {
        const outcome = await attempt();
        if (outcome.kind === 'connected') {
          isGood = true;
          // By one for as many logins as the door is wide, and only where that width was tried.
          if (isFull) set(width + 1 / width);
        } else if (number > begunAtHalving) {
          begunAtHalving = begun;
          set(Math.max(1, width / 2));
        }
        return outcome;
      } finally {
        inside--;
        release();
      }
    },
  };
}
