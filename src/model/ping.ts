/**
 * A ping left at `sentNs` and its answer came at `receivedNs`, on the controller's clock; in between the host answered, at
 * `hostNs` of its own. So at that moment its clock was ahead by something in [host - received, host - sent].
 */
export interface Ping {
  readonly sentNs: number;
  readonly hostNs: number;
  readonly receivedNs: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Kernels slew a monotonic clock by up to 500 ppm; two of them, one measured by the other, part by at most this. */
export const driftRate = 1001e-6;
