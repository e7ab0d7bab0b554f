/**
 * A host's result as a merge keeps it: all of it that is short, and of its long lists what the run is made of. So a merge
 * holds one result as it came, and of all others a few hundred kilobytes.
 */
import { createHash } from 'node:crypto';
import type { HostClock } from '../../../model/clock.ts';
import type { PingColumns } from '../../../model/ping.ts';
import type { Heartbeat } from '../../../model/protocol.ts';
import type { AgentReport, HostResult, OperationStats } from '../../../model/result.ts';
import { clockOf } from '../host-clock.ts';
import {
  heartbeatColumns,
  histogramColumns,
  pingColumnsOf,
  sampleColumns,
  type HeartbeatColumns,
  type HistogramColumns,
  type SampleColumns,
} from './columns.ts';
import { hangsOf } from './hangs.ts';
import { stretchesOf, type HostStretch } from './stretches.ts';

export interface FoldedResult extends Omit<HostResult, 'agent' | 'pings'> {
  readonly pings: PingColumns;
  readonly clock: HostClock;
  readonly agent?: FoldedReport | undefined;
}

export interface FoldedReport extends Omit<AgentReport, 'operations' | 'samples' | 'heartbeats'> {
  readonly operations: readonly FoldedOperation[];
  /** On the controller's clock. */
  readonly samples: SampleColumns;
  readonly stretches: readonly HostStretch[];
  /** Those in which an operation hangs. */
  readonly heartbeats: readonly Heartbeat[];
  /** The same of no two agents. */
  readonly digest: string;
}

export interface FoldedOperation extends Omit<OperationStats, 'histogram' | 'response'> {
  readonly histogram: HistogramColumns;
  readonly response?: HistogramColumns | undefined;
}

/** The lists of a result that are as long as the run. */
export interface LongLists {
  readonly pings: PingColumns;
  readonly samples: SampleColumns;
  readonly heartbeats: HeartbeatColumns;
}

/** `lists`: where they were read already, and the result's own are empty. `hungMs`: what takes longer hangs. */
export function foldResult(
  result: HostResult,
  { lists, hungMs }: { readonly lists?: LongLists | undefined; readonly hungMs: number },
): FoldedResult {
  const { agent, pings: ofResult, ...rest } = result;
  const pings = lists?.pings ?? pingColumnsOf(ofResult);
  const clock = clockOf({ pings });
  if (agent === undefined) return { ...rest, pings, clock };
  const { operations, samples, heartbeats, ...report } = agent;
  const columns = lists?.heartbeats ?? heartbeatColumns(heartbeats);
  const folded = operations.map(foldOperation);
  return {
    ...rest,
    pings,
    clock,
    agent: {
      ...report,
      operations: folded,
      samples: onController(clock, lists?.samples ?? sampleColumns(samples)),
      stretches: stretchesOf(columns),
      heartbeats: hangsOf(columns, hungMs),
      digest: digestOf(agent, folded),
    },
  };
}

function foldOperation({ histogram, response, ...stats }: OperationStats): FoldedOperation {
  const folded = { ...stats, histogram: histogramColumns(histogram) };
  return response === undefined ? folded : { ...folded, response: histogramColumns(response) };
}

/** In place: a host's own times are of no use to a run. */
function onController(clock: HostClock, samples: SampleColumns): SampleColumns {
  const { startNs, endNs } = samples;
  // A sample mostly begins where the one before it ended.
  let [own, there] = [NaN, NaN];
  const estimate = (hostNs: number): number => {
    if (hostNs !== own) [own, there] = [hostNs, clock.estimate(hostNs) ?? NaN];
    return there;
  };
  for (let at = 0; at < startNs.length; at++) {
    startNs[at] = estimate(startNs[at] ?? NaN);
    endNs[at] = estimate(endNs[at] ?? NaN);
  }
  return samples;
}

/** Of what only one agent can have said: its times are of nanoseconds. */
function digestOf({ host, facts, phases, journal }: AgentReport, operations: readonly FoldedOperation[]): string {
  const hash = createHash('sha256').update(JSON.stringify([host, facts, phases, journal]));
  for (const { name, count, bytes, errors, histogram, response } of operations) {
    hash.update(JSON.stringify([name, count, bytes, errors, histogram.buckets.length, response?.buckets.length]));
    for (const { buckets, counts } of [histogram, ...(response === undefined ? [] : [response])])
      hash.update(buckets).update(counts);
  }
  return hash.digest('hex');
}
