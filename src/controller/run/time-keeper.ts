/** Pings the agent about ten times a second: renews its lease, and bounds its clock (see model/clock.ts). */
import { thinPings, type Ping } from '../../model/clock.ts';

/** Widening by drift costs 0.1 ms at this distance, about what a network's jitter does. */
const pingEveryMs = 100;

export class TimeKeeper {
  readonly #send: (sentNs: number) => void;
  readonly #nowNs: () => number;
  readonly #pings: Ping[] = [];
  readonly #timer: NodeJS.Timeout;

  /** `nowNs` is the controller's monotonic clock in ns, the same for all hosts of a run. */
  constructor(send: (sentNs: number) => void, nowNs: () => number) {
    this.#send = send;
    this.#nowNs = nowNs;
    this.#timer = setInterval(() => this.#ping(), pingEveryMs);
    this.#ping();
  }

  /** An answer that claims to have left before it was asked for, or to be of another time than sent, is no evidence. */
  pong(sentNs: number, hostNs: number): void {
    const receivedNs = this.#nowNs();
    const last = this.#pings.at(-1);
    if (sentNs > receivedNs || (last !== undefined && (sentNs < last.sentNs || hostNs < last.hostNs))) return;
    this.#pings.push({ sentNs, hostNs, receivedNs });
  }

  get pings(): readonly Ping[] {
    return thinPings(this.#pings);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ping(): void {
    this.#send(this.#nowNs());
  }
}
