/**
 * What a host's clock may show instead of the real one, both in ns: rising ones of which a run must make no more than they
 * say, and one that no monotonic clock may be.
 */
export const shiftedClocks = {
  /** As far apart as kernels let two clocks drift. */
  fast: (ns) => ns * (1 + 500e-6) + 3_600e9,
  slow: (ns) => ns * (1 - 500e-6),
  /** Ahead by 30 ms, again and again. */
  stepping: (ns) => ns + Math.floor(ns / 7e8) * 30e6,
  /** Ahead by more than an agent's lease, again and again. */
  leaping: (ns) => ns + Math.floor(ns / 3e9) * 20e9,
  /** Stands still for 300 ms of each two seconds, as if the machine were suspended. */
  suspended: (ns) => ns - Math.floor(ns / 2e9) * 3e8 - Math.max(0, (ns % 2e9) - 17e8),
  /** Fast by 8 % for each other second, as time daemons do it. */
  slewed: (ns) => ns + 0.08 * (Math.floor(ns / 2e9) * 1e9 + Math.min(ns % 2e9, 1e9)),
  /** Falls back by 50 ms, again and again. */
  backwards: (ns) => ns - Math.floor(ns / 5e8) * 50e6,
} as const satisfies Readonly<Record<string, (realNs: number) => number>>;

export type ShiftedClock = keyof typeof shiftedClocks;
