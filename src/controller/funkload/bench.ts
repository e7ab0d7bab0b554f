/**
 * What results of FunkLoad say over all hosts: the sections of its own report, with right figures. A pure function of what was
 * read, in the order of the hosts.
 */
import { benchKinds, type Bench, type BenchCycle, type BenchFigures, type BenchKind } from '../../model/bench.ts';
import { samplesOf } from '../../model/measured-traits.ts';
import type { Measured } from '../../model/measured.ts';
import { cyclesOf } from '../../report/funkload/cycles.ts';
import { configurationOf, contentsOf } from '../../report/funkload/facts.ts';
import { cycleSpans, type RanCycle } from './cycle-spans.ts';
import { differencesOf } from './differences.ts';
import { figuresOf } from './figures.ts';
import { monitoredSince } from './monitored.ts';
import { requestsOf } from './requests.ts';
import { timelineOf } from './timeline.ts';

/** Undefined where none of it is of FunkLoad. */
export function benchOf(all: readonly Measured[]): Bench | undefined {
  const results = all.filter(({ tool }) => tool === 'FunkLoad');
  const [first] = results;
  if (first === undefined) return undefined;
  const zeroMs = results.reduce((least, { window }) => Math.min(least, window?.fromMs ?? Infinity), Infinity);
  const shared = {
    configuration: [...configurationOf(results)],
    monitored: [...monitoredSince(results, Number.isFinite(zeroMs) ? zeroMs : undefined)],
  };
  const without = { contents: [], cycles: [], requests: [], requestsLeftOut: 0, differences: [], timeline: [] };
  const note = whyNotInCycles(results);
  if (note !== undefined) return { ...shared, ...without, note };
  const ran = cycleSpans(results);
  const cycles = ran.map((cycle) => cycleOf(results, cycle));
  const funkload = cyclesOf(results);
  return {
    ...shared,
    contents: [...contentsOf(results, funkload)],
    cycles,
    ...requestsOf(results),
    differences: [...differencesOf(cycles, funkload, first.asked.durationSeconds ?? 0)],
    timeline: [...timelineOf(results, ran, zeroMs / 1000)],
  };
}

function whyNotInCycles(results: readonly Measured[]): string | undefined {
  const operations = results.flatMap((result) => result.operations);
  const isFolded = operations.some(({ latencies }) => latencies.some(({ spread }) => spread.kind !== 'samples'));
  if (isFolded) return 'there are so many measurements that they were kept as histograms, which know no cycle';
  const isUncycled = operations.some(({ cycle }) => cycle === undefined);
  return isUncycled ? 'there are so many cycles that they can not be told from each other' : undefined;
}

function cycleOf(results: readonly Measured[], { index, users, span }: RanCycle): BenchCycle {
  const of = (kind: BenchKind): BenchFigures | undefined => {
    const operations = results.flatMap((result) => result.operations);
    const parts = operations.filter((each) => each.kind === kind && each.cycle?.index === index);
    if (parts.length === 0) return undefined;
    const samples = parts.flatMap((part) => samplesOf(part) ?? []);
    const figures = figuresOf(samples, { span, countsFailed: kind === 'request' });
    // T is what a user waits for one answer: a whole test is many.
    return kind === 'test' ? { ...figures, apdex: null } : figures;
  };
  const figures = benchKinds.flatMap((kind) => {
    const own = of(kind);
    return own === undefined ? [] : [[kind, own] as const];
  });
  return { index, users, seconds: Math.max(0, span.to - span.from), ...Object.fromEntries(figures) };
}
