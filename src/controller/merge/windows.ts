/** The steady window of a run's stress beside the whole of it, and what its last host cost. */
import type { Window, Windows } from '../../model/windows.ts';
import { round } from './round.ts';
import { overlapOf, sharesWithin, stressOf, type HostTiming, type Shares, type Span } from './timing.ts';

/** Undefined where no host came to its stress, or a clock isn't known. */
export function windowsOf(timings: readonly HostTiming[], zeroNs: number): Windows | undefined {
  const spans = spansOf(timings);
  const [first, last] = [spans?.[0], spans?.at(-1)];
  if (spans === undefined || first === undefined || last === undefined) return undefined;
  const whole = hull(spans);
  const overlap = overlapOf(timings);
  const steadily = (span: Span): Window =>
    windowOf(timings, span, { zeroNs, sharesOf: (timing) => sharesWithin(timing, span) });
  return {
    whole: windowOf(timings, whole, { zeroNs, sharesOf: () => all }),
    ...(overlap === undefined ? {} : { steady: steadily(overlap) }),
    overlapShare: overlap === undefined ? 0 : round(lengthOf(overlap) / lengthOf(whole)),
    firstDone: { host: first.host, atMs: toMs(first.endNs - zeroNs) },
    lastDone: { host: last.host, atMs: toMs(last.endNs - zeroNs) },
    tailMs: toMs(last.endNs - first.endNs),
    ...withoutLast(spans),
  };
}

interface HostSpan extends Span {
  readonly host: string;
}

/** In the order in which they were done. */
function spansOf(timings: readonly HostTiming[]): readonly HostSpan[] | undefined {
  const spans: HostSpan[] = [];
  for (const { result, toController } of timings) {
    const stress = stressOf(result);
    if (stress === undefined) continue;
    const [startNs, endNs] = [toController(stress.startNs), toController(stress.endNs)];
    if (startNs === undefined || endNs === undefined) return undefined;
    spans.push({ host: result.name, startNs, endNs });
  }
  return spans.sort((a, b) => a.endNs - b.endNs);
}

/** Where nothing held it up, the others' stress began and ended as it did. */
function withoutLast(spans: readonly HostSpan[]): Pick<Windows, 'withoutLast'> {
  const others = spans.slice(0, -1);
  const last = spans.at(-1);
  if (last === undefined || others.length === 0) return {};
  const tookNs = lengthOf(hull(others));
  const savedNs = lengthOf(hull(spans)) - tookNs;
  return { withoutLast: { host: last.host, tookMs: toMs(tookNs), savedMs: toMs(savedNs) } };
}

function hull(spans: readonly Span[]): Span {
  return {
    startNs: spans.reduce((least, { startNs }) => Math.min(least, startNs), Infinity),
    endNs: spans.reduce((most, { endNs }) => Math.max(most, endNs), -Infinity),
  };
}

/** Of the whole stress. */
const all: Shares = { operations: 1, errors: 1, bytes: 1 };

function windowOf(
  timings: readonly HostTiming[],
  span: Span,
  { zeroNs, sharesOf }: { readonly zeroNs: number; readonly sharesOf: (timing: HostTiming) => Shares },
): Window {
  const seconds = Math.max(1, lengthOf(span)) / 1e9;
  const sums = { operations: 0, errors: 0, bytes: 0 };
  for (const timing of timings) {
    const shares = sharesOf(timing);
    for (const { count, errors, bytes } of timing.result.agent?.operations ?? []) {
      sums.operations += count * shares.operations;
      sums.errors += Object.values(errors).reduce((all, one) => all + one, 0) * shares.errors;
      sums.bytes += bytes * shares.bytes;
    }
  }
  return {
    startMs: toMs(span.startNs - zeroNs),
    endMs: toMs(span.endNs - zeroNs),
    operationsPerSecond: round(sums.operations / seconds),
    errorsPerSecond: round(sums.errors / seconds),
    bytesPerSecond: round(sums.bytes / seconds),
  };
}

function lengthOf({ startNs, endNs }: Span): number {
  return endNs - startNs;
}

function toMs(ns: number): number {
  return round(ns / 1e6);
}
