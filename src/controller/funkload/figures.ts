/** The right figures of one kind of thing: percentiles by nearest rank, of what succeeded, where there are enough to tell. */
import { apdexSamples } from '../../model/apdex.ts';
import type { BenchFigures, BenchLatency } from '../../model/bench.ts';
import { isPercentileSupported } from '../../model/histogram.ts';
import { nearestRank, pooled, type Samples } from '../../model/samples.ts';
import { apdexSeconds } from '../../report/funkload/sums.ts';

/** In seconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export function latencyOf(parts: readonly Samples[]): BenchLatency {
  const good = pooled(parts.map(({ seconds, outcomes }) => seconds.filter((_, at) => outcomes[at] === 0))).sort();
  const count = parts.reduce((sum, { seconds }) => sum + seconds.length, 0);
  const mean = good.length === 0 ? null : good.reduce((sum, seconds) => sum + seconds, 0) / good.length;
  const at = (percent: number): number | null =>
    isPercentileSupported(percent, good.length) ? toUs(nearestRank(good, percent)) : null;
  return {
    count,
    failed: count - good.length,
    minUs: toUs(good.at(0)),
    meanUs: toUs(mean),
    p10Us: at(10),
    p50Us: at(50),
    p90Us: at(90),
    p95Us: at(95),
    p99Us: at(99),
    maxUs: toUs(good.at(-1)),
    apdex: apdexOf(good, count),
  };
}

/** `countsFailed`: rates of requests have those, too. */
export function figuresOf(
  parts: readonly Samples[],
  { span, countsFailed }: { readonly span: Span; readonly countsFailed: boolean },
): BenchFigures {
  const bySecond = new Map<number, number>();
  let ended = 0;
  for (const { startSeconds, seconds, outcomes } of parts) {
    for (const [at, start] of startSeconds.entries()) {
      if (!countsFailed && outcomes[at] !== 0) continue;
      const end = start + (seconds[at] ?? 0);
      if (end >= span.from && end <= span.to) ended++;
      bySecond.set(Math.floor(start), (bySecond.get(Math.floor(start)) ?? 0) + 1);
    }
  }
  let perSecondMax = 0;
  for (const count of bySecond.values()) perSecondMax = Math.max(perSecondMax, count);
  const seconds = span.to - span.from;
  return { ...latencyOf(parts), perSecond: seconds >= 1 ? ended / seconds : null, perSecondMax };
}

function apdexOf(good: Float64Array, count: number): number | null {
  if (count < apdexSamples) return null;
  const satisfied = good.filter((seconds) => seconds < apdexSeconds).length;
  const tolerating = good.filter((seconds) => seconds < 4 * apdexSeconds).length - satisfied;
  return (satisfied + tolerating / 2) / count;
}

/** To the tenth of a nanosecond: a figure that both print must not differ by our rounding. */
function toUs(seconds: number | null | undefined): number | null {
  return seconds === undefined || seconds === null ? null : Math.round(seconds * 1e10) / 1e4;
}
