/** The figures of a run that comparisons draw again and again: of one kind of operation, over hosts that count so often each. */
import { histogramBuckets, valueOf } from '../../model/histogram.ts';
import type { Weights, WeightedFigure } from './bootstrap.ts';
import type { HostsOperation, OperationFigures } from './host-figures.ts';

/** A host that did none of it. */
const idle: OperationFigures = {
  count: 0,
  errors: 0,
  perSecond: 0,
  buckets: new Uint16Array(0),
  counts: new Float64Array(0),
};

export function rateFigure(hosts: HostsOperation): WeightedFigure {
  const rates = Float64Array.from(hosts, (one) => (one ?? idle).perSecond);
  return (weights) => weightedSum(rates, weights);
}

export function throughputFigure(hosts: HostsOperation): WeightedFigure {
  const rates = Float64Array.from(hosts, (one) => one?.bytesPerSecond ?? 0);
  return (weights) => weightedSum(rates, weights);
}

/** In us: means of hosts add up by how many operations they are of. */
export function meanFigure(hosts: HostsOperation): WeightedFigure {
  const sums = Float64Array.from(hosts, (one) => one?.mean?.sumUs ?? 0);
  const counts = Float64Array.from(hosts, (one) => one?.mean?.count ?? 0);
  return (weights) => weightedSum(sums, weights) / Math.max(1, weightedSum(counts, weights));
}

/** In us, of one host. */
export function timeFigure(hosts: HostsOperation): WeightedFigure {
  const times = Float64Array.from(hosts, (one) => one?.timeUs ?? 0);
  const once = Float64Array.from(hosts, () => 1);
  return (weights) => weightedSum(times, weights) / Math.max(1, weightedSum(once, weights));
}

/** The share of errors, and `floor`: a share of none could be compared with nothing. */
export function errorFigure(hosts: HostsOperation, floor: number): WeightedFigure {
  const errors = Float64Array.from(hosts, (one) => (one ?? idle).errors);
  const counts = Float64Array.from(hosts, (one) => (one ?? idle).count);
  return (weights) => weightedSum(errors, weights) / Math.max(1, weightedSum(counts, weights)) + floor;
}

/**
 * In us, of the histograms of all hosts added. They are drawn hundreds of times, so none is added: how many samples of each
 * host are in a bucket or below it is worked out once, and the bucket is searched by halves.
 */
export function percentileFigure(hosts: HostsOperation, percent: number): WeightedFigure {
  const used = usedBuckets(hosts);
  const upTo = samplesUpTo(hosts, used);
  const samplesIn = (place: number, weights: Weights): number => weightedSum(upTo, weights, place * hosts.length);
  return (weights) => {
    const samples = used.length === 0 ? 0 : samplesIn(used.length - 1, weights);
    const rank = Math.max(1, Math.ceil((percent / 100) * samples));
    let low = 0;
    let high = used.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (samplesIn(middle, weights) < rank) low = middle + 1;
      else high = middle;
    }
    return valueOf(used[low] ?? 0) / 1000;
  };
}

/** Buckets that any host has, in order. */
function usedBuckets(hosts: HostsOperation): readonly number[] {
  const isUsed = new Uint8Array(histogramBuckets);
  for (const one of hosts) for (const bucket of (one ?? idle).buckets) isUsed[bucket] = 1;
  const used: number[] = [];
  for (let bucket = 0; bucket < isUsed.length; bucket++) if (isUsed[bucket] === 1) used.push(bucket);
  return used;
}

/** Of each host, used bucket after used bucket. */
function samplesUpTo(hosts: HostsOperation, used: readonly number[]): Float64Array {
  const placeOf = new Uint16Array(histogramBuckets);
  for (const [place, bucket] of used.entries()) placeOf[bucket] = place;
  const upTo = new Float64Array(used.length * hosts.length);
  for (const [host, one] of hosts.entries()) {
    const { buckets, counts } = one ?? idle;
    for (let at = 0; at < buckets.length; at++) {
      const place = (placeOf[buckets[at] ?? 0] ?? 0) * hosts.length + host;
      upTo[place] = (upTo[place] ?? 0) + (counts[at] ?? 0);
    }
  }
  for (let at = hosts.length; at < upTo.length; at++) upTo[at] = (upTo[at] ?? 0) + (upTo[at - hosts.length] ?? 0);
  return upTo;
}

function weightedSum(values: Float64Array, weights: Weights, from = 0): number {
  let sum = 0;
  for (let host = 0; host < weights.length; host++) sum += (values[from + host] ?? 0) * (weights[host] ?? 0);
  return sum;
}
