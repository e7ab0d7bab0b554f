/**
 * What an agent said of itself, second by second, as a bounded number of stretches: a day of heartbeats of 200 hosts must
 * fit into one run.json. A stretch keeps its extremes, so that one stall of a second isn't averaged away.
 */
import type { Heartbeat } from '../../model/protocol.ts';
import type { Stretch } from '../../model/run.ts';
import { round, type HostTiming } from './timing.ts';

/** A host; as many as a small chart can show. */
export const maxStretches = 60;

export function vitalsOf({ result, toController }: HostTiming, zeroNs: number): Stretch[] {
  const beats = beatsOf(result.agent?.heartbeats ?? []);
  const size = Math.max(1, Math.ceil(beats.length / maxStretches));
  const stretches: Stretch[] = [];
  for (let at = 0; at < beats.length; at += size) {
    const stretch = beats.slice(at, at + size);
    const first = stretch[0];
    const last = stretch.at(-1);
    if (first === undefined || last === undefined) continue;
    const start = toController(first.startNs);
    const end = toController(last.endNs);
    if (start === undefined || end === undefined) continue;
    stretches.push({
      startMs: round((start - zeroNs) / 1e6),
      endMs: round((end - zeroNs) / 1e6),
      ...extremesOf(stretch),
    });
  }
  return stretches;
}

/** One heartbeat with the time since the one before it. */
interface Beat {
  readonly startNs: number;
  readonly endNs: number;
  readonly operationsPerSecond: number;
  readonly cpuPercent: number;
  readonly heartbeat: Heartbeat;
}

/** Operations count from the start of a phase, CPU seconds from the agent's start; the first heartbeat has nothing before it. */
function beatsOf(heartbeats: readonly Heartbeat[]): readonly Beat[] {
  return heartbeats.flatMap((heartbeat, at) => {
    const before = heartbeats[at - 1];
    if (before === undefined || heartbeat.atNs <= before.atNs) return [];
    const seconds = (heartbeat.atNs - before.atNs) / 1e9;
    const done = heartbeat.operations - (before.phase === heartbeat.phase ? before.operations : 0);
    return [
      {
        startNs: before.atNs,
        endNs: heartbeat.atNs,
        operationsPerSecond: Math.max(0, done) / seconds,
        cpuPercent: (100 * Math.max(0, heartbeat.cpuSeconds - before.cpuSeconds)) / seconds,
        heartbeat,
      },
    ];
  });
}

function extremesOf(beats: readonly Beat[]): Omit<Stretch, 'startMs' | 'endMs'> {
  const most = (pick: (beat: Beat) => number): number =>
    round(beats.reduce((value, beat) => Math.max(value, pick(beat)), 0));
  const oldest = beats.reduce<Heartbeat['oldest']>((longest, { heartbeat }) => {
    const { oldest: one } = heartbeat;
    return one !== undefined && (longest === undefined || one.ageMs > longest.ageMs) ? one : longest;
  }, undefined);
  const phase = beats.find(({ heartbeat }) => heartbeat.phase !== undefined)?.heartbeat.phase;
  return {
    ...(phase === undefined ? {} : { phase }),
    operationsPerSecondMin: round(beats.reduce((value, beat) => Math.min(value, beat.operationsPerSecond), Infinity)),
    operationsPerSecondMax: most((beat) => beat.operationsPerSecond),
    cpuPercentMax: most((beat) => beat.cpuPercent),
    rssBytesMax: most(({ heartbeat }) => heartbeat.rssBytes),
    loadAverageMax: most(({ heartbeat }) => heartbeat.loadAverage),
    ...(oldest === undefined ? {} : { oldest: { operation: oldest.operation, ageMs: round(oldest.ageMs) } }),
  };
}
