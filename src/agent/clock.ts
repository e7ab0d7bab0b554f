/** The agent's clock: ns since its start, of the host's monotonic clock, which is the same in all of its threads. */
export type ClockBase = readonly [seconds: number, nanoseconds: number];

export function agentClock([baseSeconds, baseNs]: ClockBase): () => number {
  // Held, as looking it up in `process` takes as long as the call.
  const { hrtime } = process;
  return () => {
    const time = hrtime();
    return (time[0] - baseSeconds) * 1e9 + (time[1] - baseNs);
  };
}
