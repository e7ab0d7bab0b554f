/** Pings the agent about ten times a second: renews its lease, and bounds its clock (see model/clock.ts). */
import { thinPings } from '../../model/epochs.ts';
import type { Ping } from '../../model/ping.ts';

/** Widening by drift costs 0.1 ms at this distance, about what a network's jitter does. */
const pingEveryMs = 100;

export class TimeKeeper {
  readonly #send: (sentNs: number) => void;
  readonly #nowNs: () => number;
  readonly #pings: Ping[] = [];
  /** Sent and not answered. */
  readonly #awaited = new Set<number>();
  readonly #timer: NodeJS.Timeout;

  /** `nowNs` is the controller's monotonic clock in ns, the same for all hosts of a run. */
  constructor(send: (sentNs: number) => void, nowNs: () => number) {
    this.#send = send;
    this.#nowNs = nowNs;
    this.#timer = setInterval(() => this.#ping(), pingEveryMs);
    this.#ping();
  }

  /**
   * An answer to what was never asked, or was answered already, is no evidence. One that tells of a clock that ran backwards
   * is: left out, all times of that host would go on to count.
   */
  pong(sentNs: number, hostNs: number): void {
    if (this.#awaited.delete(sentNs)) this.#pings.push({ sentNs, hostNs, receivedNs: this.#nowNs() });
  }

  get pings(): readonly Ping[] {
    return thinPings(this.#pings);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ping(): void {
    const sentNs = this.#nowNs();
    this.#awaited.add(sentNs);
    this.#send(sentNs);
  }
}
