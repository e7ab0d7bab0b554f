/**
 * So many hosts at work at a time (-P), where one that doesn't log in gives its place up to the next: else as many sick
 * hosts as there are places would hold up all others for the connect limit. With its login done it is first in line again.
 */
import pMap from 'p-map';
import { makeSlots, type Slots } from '../../transports/slots.ts';

export interface Place {
  /** Logs in, and gives the place up for as long as that takes longer than logins do. */
  reach<T>(connect: () => Promise<T>): Promise<T>;
}

/** Logins to healthy hosts take some 50 ms, and up to 1 s where sshd asks DNS or LDAP. */
const patienceMs = 1500;

/** A place is given up so often at most: each login that hangs holds a socket, and a slow LDAP gets slower by more of them. */
const hostsAPlace = 9;

/**
 * One result an item, in the items' order. `work` reports what fails as a result. `isKept`: no place is given up, because
 * what becomes of a host decides whether the next one may begin.
 */
export async function inPlaces<T, R>(
  items: readonly T[],
  { parallel, isKept = false }: { readonly parallel: number; readonly isKept?: boolean },
  work: (item: T, place: Place) => Promise<R>,
): Promise<R[]> {
  const slots = makeSlots(parallel);
  return await pMap(
    items,
    async (item) => {
      const place = new HeldPlace(slots, isKept);
      await place.take();
      try {
        return await work(item, place);
      } finally {
        place.leave();
      }
    },
    { concurrency: isKept ? parallel : parallel * hostsAPlace },
  );
}

class HeldPlace implements Place {
  readonly #slots: Slots;
  readonly #isKept: boolean;
  #release: (() => void) | undefined;

  constructor(slots: Slots, isKept: boolean) {
    this.#slots = slots;
    this.#isKept = isKept;
  }

  async take(options?: { readonly isFirst: boolean }): Promise<void> {
    this.#release = await this.#slots.take(undefined, options);
  }

  leave(): void {
    this.#release?.();
    this.#release = undefined;
  }

  async reach<T>(connect: () => Promise<T>): Promise<T> {
    const timer = this.#isKept ? undefined : setTimeout(() => this.leave(), patienceMs);
    try {
      const reached = await connect();
      clearTimeout(timer);
      if (this.#release === undefined) await this.take({ isFirst: true });
      return reached;
    } finally {
      clearTimeout(timer);
    }
  }
}
