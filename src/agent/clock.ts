/** The agent's clock: ns since its start, of the host's monotonic clock, which is the same in all of its threads. */
export type ClockBase = readonly [seconds: number, nanoseconds: number];

export function agentClock([baseSeconds, baseNs]: ClockBase): () => number {
  return () => {
    const [seconds, ns] = process.hrtime();
    return (seconds - baseSeconds) * 1e9 + (ns - baseNs);
  };
}
