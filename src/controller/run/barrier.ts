/**
 * Where hosts wait for each other. A barrier opens when every member that is still there has arrived; who fails or is lost
 * leaves, so that one sick host never hangs the others.
 */
import { abortable, deferred, type Deferred } from '../fan-out/waiting.ts';

export class Barriers {
  readonly #members: Set<number>;
  readonly #gates = new Map<string, Gate>();

  constructor(members: Iterable<number>) {
    this.#members = new Set(members);
  }

  /**
   * Waits for all members at the named barrier. The last arrival runs `opening` once, before anyone goes on; where it throws,
   * everyone at this barrier does. Rejects with the signal's reason when that aborts first.
   */
  async arrive(name: string, member: number, signal: AbortSignal, opening?: () => Promise<void>): Promise<void> {
    const gate = this.#gate(name);
    gate.arrived.add(member);
    gate.opening ??= opening;
    this.#openWhereAllAre(gate);
    await abortable(gate.opened.promise, signal);
  }

  /** Who leaves isn't waited for, here and at every later barrier. */
  leave(member: number): void {
    this.#members.delete(member);
    for (const gate of this.#gates.values()) this.#openWhereAllAre(gate);
  }

  /** Members that are still there. */
  get members(): ReadonlySet<number> {
    return this.#members;
  }

  #gate(name: string): Gate {
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    const gate: Gate = { arrived: new Set(), opened: deferred<void>(), isOpening: false, opening: undefined };
    // Someone may wait no longer when an opening fails: that is told to the others, and no stray rejection.
    gate.opened.promise.catch(() => undefined);
    this.#gates.set(name, gate);
    return gate;
  }

  #openWhereAllAre(gate: Gate): void {
    if (gate.isOpening || gate.arrived.size === 0) return;
    for (const member of this.#members) if (!gate.arrived.has(member)) return;
    gate.isOpening = true;
    const opening = gate.opening === undefined ? Promise.resolve() : gate.opening();
    opening.then(gate.opened.resolve, gate.opened.reject);
  }
}

interface Gate {
  readonly arrived: Set<number>;
  readonly opened: Deferred<void>;
  opening: (() => Promise<void>) | undefined;
  isOpening: boolean;
}
