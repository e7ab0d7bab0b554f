/**
 * Latency in log-linear buckets: 128 an octave, so that a percentile is within 0.4 % of the exact one, recording costs
 * a few ns, and histograms of all hosts merge by adding. Values are whole nanoseconds from 0 to 2^42 (73 minutes);
 * larger ones count in the last bucket.
 */
const subBuckets = 128;
const maxExponent = 42;
const octaves = maxExponent - 7;

/** Buckets of every histogram. */
export const histogramBuckets = subBuckets * (octaves + 1);

/** Counts by bucket; in the agent a view on memory that its threads share. */
export type Histogram = Uint32Array | Float64Array;

export function newHistogram(): Float64Array {
  return new Float64Array(histogramBuckets);
}

/** The bucket of a value in ns. */
export function bucketOf(valueNs: number): number {
  if (valueNs < subBuckets) return valueNs < 0 ? 0 : Math.floor(valueNs);
  if (valueNs >= 2 ** maxExponent) return histogramBuckets - 1;
  // Below 2^31 all of it is arithmetic of small integers.
  if (valueNs < 2 ** 31) {
    const octave = 24 - Math.clz32(valueNs);
    return subBuckets * octave + (valueNs >>> octave);
  }
  const octave = 48 - Math.clz32(Math.floor(valueNs / 2 ** 24));
  return subBuckets * octave + Math.floor(valueNs / 2 ** octave);
}

/** The middle of a bucket, in ns. */
export function valueOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const octave = Math.floor(bucket / subBuckets) - 1;
  const width = 2 ** octave;
  return (subBuckets + (bucket % subBuckets)) * width + (width - 1) / 2;
}

/** The least value in a bucket, in ns. */
export function lowestOf(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  return (subBuckets + (bucket % subBuckets)) * 2 ** (Math.floor(bucket / subBuckets) - 1);
}

/** A new histogram that holds both; associative and commutative. */
export function mergeHistograms(a: Histogram, b: Histogram): Float64Array {
  const merged = newHistogram();
  for (let at = 0; at < merged.length; at++) merged[at] = (a[at] ?? 0) + (b[at] ?? 0);
  return merged;
}

export function countOf(histogram: Histogram): number {
  let count = 0;
  for (const value of histogram) count += value;
  return count;
}

/** The value that `percent` of all samples don't exceed, in ns, by the nearest rank; undefined without samples. */
export function percentile(histogram: Histogram, percent: number): number | undefined {
  return sparsePercentile(toSparse(histogram), percent);
}

/** The same of pairs in the order of their buckets: a curve asks for many. */
export function sparsePercentile(pairs: Readonly<SparseHistogram>, percent: number): number | undefined {
  const samples = pairs.reduce((sum, [, count]) => sum + count, 0);
  if (samples === 0) return undefined;
  let left = Math.max(1, Math.ceil((percent / 100) * samples));
  for (const [bucket, count] of pairs) {
    left -= count;
    if (left <= 0) return valueOf(bucket);
  }
  return undefined;
}

/** Whether so many samples say anything about a percentile. */
export function isPercentileSupported(percent: number, samples: number): boolean {
  return samples >= samplesNeeded(percent);
}

/**
 * So that the 95 % confidence interval of the percentile ends within the samples: the largest of n is below the percentile p
 * by the chance p^n, which shall be 2.5 % at most (order statistics; Hahn and Meeker, Statistical Intervals, 1991). 72 for
 * p95, 368 for p99, 3,688 for p99.9, 36,887 for p99.99. A median, or what is below it, is told of any.
 */
export function samplesNeeded(percent: number): number {
  return percent <= 50 || percent >= 100 ? 1 : Math.ceil(Math.log(tailChance) / Math.log(percent / 100));
}

const tailChance = 0.025;

/** Pairs of bucket and count, empty ones left out: how a histogram travels in JSON. */
export type SparseHistogram = [bucket: number, count: number][];

export function toSparse(histogram: Histogram): SparseHistogram {
  const pairs: SparseHistogram = [];
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    const count = histogram[bucket] ?? 0;
    if (count > 0) pairs.push([bucket, count]);
  }
  return pairs;
}

export function fromSparse(pairs: Readonly<SparseHistogram>): Float64Array {
  const histogram = newHistogram();
  for (const [bucket, count] of pairs) histogram[bucket] = (histogram[bucket] ?? 0) + count;
  return histogram;
}
