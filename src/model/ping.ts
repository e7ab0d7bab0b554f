/**
 * A ping left at `sentNs` and its answer came at `receivedNs`, on the controller's clock; in between the host answered, at
 * `hostNs` of its own. So at that moment its clock was ahead by something in [host - received, host - sent].
 */
export interface Ping {
  readonly sentNs: number;
  readonly hostNs: number;
  readonly receivedNs: number;
}

/** Pings side by side: of an hour there are 7,200 a host, and runs have a thousand of these. */
export interface PingColumns {
  readonly sentNs: Float64Array;
  readonly hostNs: Float64Array;
  readonly receivedNs: Float64Array;
}

export function pingColumns(pings: readonly Ping[]): PingColumns {
  return {
    sentNs: Float64Array.from(pings, ({ sentNs }) => sentNs),
    hostNs: Float64Array.from(pings, ({ hostNs }) => hostNs),
    receivedNs: Float64Array.from(pings, ({ receivedNs }) => receivedNs),
  };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Kernels slew a monotonic clock by up to 500 ppm; two of them, one measured by the other, part by at most this. */
export const driftRate = 1001e-6;
