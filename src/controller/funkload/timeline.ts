/** Requests over the whole bench, in steps of whole seconds, with the users of the cycle that was under way. */
import type { BenchStep } from '../../model/bench.ts';
import { samplesOf } from '../../model/measured-traits.ts';
import type { Measured } from '../../model/measured.ts';
import type { RanCycle } from './cycle-spans.ts';

/** As many as a chart is wide. */
const maxSteps = 600;

export function timelineOf(
  results: readonly Measured[],
  cycles: readonly RanCycle[],
  zeroSeconds: number,
): readonly BenchStep[] {
  const samples = results.flatMap(({ operations }) =>
    operations.filter(({ kind }) => kind === 'request').flatMap((operation) => samplesOf(operation) ?? []),
  );
  let last = -Infinity;
  for (const { startSeconds } of samples) for (const start of startSeconds) last = Math.max(last, start - zeroSeconds);
  if (!Number.isFinite(last)) return [];
  const width = Math.max(1, Math.ceil((last + 1) / maxSteps));
  const counts = new Float64Array(Math.floor(last / width) + 1);
  const failures = new Float64Array(counts.length);
  for (const { startSeconds, outcomes } of samples) {
    for (const [at, start] of startSeconds.entries()) {
      const step = Math.max(0, Math.floor((start - zeroSeconds) / width));
      counts[step] = (counts[step] ?? 0) + 1;
      if (outcomes[at] !== 0) failures[step] = (failures[step] ?? 0) + 1;
    }
  }
  return Array.from(counts, (count, step) => {
    const from = zeroSeconds + step * width;
    const under = cycles.filter(({ span }) => span.from < from + width && span.to >= from);
    return {
      startMs: step * width * 1000,
      requestsPerSecond: count / width,
      failedPerSecond: (failures[step] ?? 0) / width,
      users: under.reduce((most, { users }) => Math.max(most, users), 0),
    };
  });
}
