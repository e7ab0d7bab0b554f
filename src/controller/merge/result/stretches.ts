/**
 * What an agent said of itself, second by second, as a bounded number of stretches: a day of heartbeats of 200 hosts must
 * fit into one run.json. A stretch keeps its extremes, so that one stall of a second isn't averaged away.
 */
import type { Heartbeat } from '../../../model/protocol.ts';
import type { Stretch } from '../../../model/run.ts';
import { round } from '../round.ts';
import type { HeartbeatColumns } from './columns.ts';

/** A host; as many as a small chart can show. */
export const maxStretches = 60;

/** On the host's clock. */
export interface HostStretch {
  readonly startNs: number;
  readonly endNs: number;
  readonly said: Omit<Stretch, 'startMs' | 'endMs'>;
}

export function stretchesOf(columns: HeartbeatColumns): readonly HostStretch[] {
  const beats = beatsOf(columns);
  const size = Math.max(1, Math.ceil(beats.length / maxStretches));
  const stretches: HostStretch[] = [];
  for (let at = 0; at < beats.length; at += size) {
    const stretch = beats.slice(at, at + size);
    const [first, last] = [stretch[0] ?? 0, stretch.at(-1) ?? 0];
    stretches.push({
      startNs: columns.atNs[first - 1] ?? 0,
      endNs: columns.atNs[last] ?? 0,
      said: extremesOf(columns, stretch),
    });
  }
  return stretches;
}

/** Places of those that are later than the one before them; the first has nothing before it. */
function beatsOf({ atNs }: HeartbeatColumns): readonly number[] {
  const beats: number[] = [];
  for (let at = 1; at < atNs.length; at++) if ((atNs[at] ?? 0) > (atNs[at - 1] ?? 0)) beats.push(at);
  return beats;
}

function extremesOf(columns: HeartbeatColumns, beats: readonly number[]): HostStretch['said'] {
  const { oldestMs, rssBytes, loadAverage } = columns;
  let [leastRate, mostRate, cpu, rss, load] = [Infinity, 0, 0, 0, 0];
  let longest: number | undefined;
  let phase: Heartbeat['phase'];
  for (const at of beats) {
    const rate = operationsPerSecond(columns, at);
    leastRate = Math.min(leastRate, rate);
    mostRate = Math.max(mostRate, rate);
    cpu = Math.max(cpu, cpuPercent(columns, at));
    rss = Math.max(rss, rssBytes[at] ?? 0);
    load = Math.max(load, loadAverage[at] ?? 0);
    phase ??= columns.phase[at];
    const age = oldestMs[at] ?? NaN;
    if (longest === undefined ? !Number.isNaN(age) : age > (oldestMs[longest] ?? NaN)) longest = at;
  }
  const oldest = longest === undefined ? undefined : columns.heartbeat(longest)?.oldest;
  return {
    ...(phase === undefined ? {} : { phase }),
    operationsPerSecondMin: round(leastRate),
    operationsPerSecondMax: round(mostRate),
    cpuPercentMax: round(cpu),
    rssBytesMax: round(rss),
    loadAverageMax: round(load),
    ...(oldest === undefined ? {} : { oldest: { operation: oldest.operation, ageMs: round(oldest.ageMs) } }),
  };
}

/** Operations count from the start of a phase. */
function operationsPerSecond({ atNs, phase, operations }: HeartbeatColumns, at: number): number {
  const before = phase[at] === phase[at - 1] ? (operations[at - 1] ?? 0) : 0;
  return Math.max(0, (operations[at] ?? 0) - before) / secondsOf(atNs, at);
}

/** CPU seconds count from the agent's start. */
function cpuPercent({ atNs, cpuSeconds }: HeartbeatColumns, at: number): number {
  return (100 * Math.max(0, (cpuSeconds[at] ?? 0) - (cpuSeconds[at - 1] ?? 0))) / secondsOf(atNs, at);
}

/** Since the heartbeat before. */
function secondsOf(atNs: readonly number[], at: number): number {
  return ((atNs[at] ?? 0) - (atNs[at - 1] ?? 0)) / 1e9;
}
