/**
 * What a job of fio did, by direction. Units are told by what a version calls its fields, never by the version: 3.x has ns
 * where 2.x has microseconds, and the `io_bytes` of 2.x are KiB.
 */
import { bucketOf, newHistogram, toSparse, type SparseHistogram } from '../../model/histogram.ts';
import type { Latency, Operation, Spread } from '../../model/measured.ts';
import { clip } from '../clip.ts';
import type { Remarks } from '../remarks.ts';
import type { FioDirection, FioJob, FioLatency } from './fio-schema.ts';

export const directions = ['read', 'write', 'trim', 'mixed', 'sync'] as const;

/** Only what it did anything of. */
export function operationsOf(job: FioJob, remarks: Remarks): readonly Operation[] {
  return directions.flatMap((name): readonly Operation[] => {
    const direction = job[name];
    if (direction === undefined || countOf(direction) === 0) return [];
    if (direction.total_ios === undefined)
      remarks.add(name, 'no total_ios: counted from its rate and time, so about right');
    const latencies = latenciesOf(direction);
    return [
      {
        kind: 'io',
        name,
        labels: [
          { name: 'job', value: clip(job.jobname) },
          { name: 'group', value: String(job.groupid ?? 0) },
        ],
        count: countOf(direction),
        failed: 0,
        ...(name === 'sync' ? {} : { bytes: bytesOf(direction) }),
        ...(direction.runtime === undefined ? {} : { runtimeSeconds: direction.runtime / 1000 }),
        latencies,
      },
    ];
  });
}

export function countOf({ total_ios: count, iops = 0, runtime = 0 }: FioDirection): number {
  return count ?? Math.round((iops * runtime) / 1000);
}

/** Before 3.x the field counts KiB, which only shows where it is divided by the time. */
export function bytesOf({ io_bytes: bytes = 0, io_kbytes: kbytes, bw = 0, runtime = 0 }: FioDirection): number {
  if (kbytes !== undefined || bytes === 0) return bytes;
  const kibPerSecond = (bytes / runtime) * 1000;
  const isKib = Math.abs(Math.log(kibPerSecond / bw)) < Math.abs(Math.log(kibPerSecond / 1024 / bw));
  return isKib ? bytes * 1024 : bytes;
}

function latenciesOf(direction: FioDirection): readonly Latency[] {
  const named = [
    ['total', direction.lat_ns, direction.lat],
    ['submission', direction.slat_ns, direction.slat],
    ['completion', direction.clat_ns, direction.clat],
  ] as const;
  return named.flatMap(([of, inNs, inUs]): readonly Latency[] => {
    const latency = inNs ?? inUs;
    if (latency === undefined || latency.N === 0 || (latency.max ?? 0) === 0) return [];
    const unit = inNs === undefined ? 1000 : 1;
    const { min = 0, max = 0, mean = 0, stddev } = latency;
    const deviation = stddev === undefined ? {} : { deviationNs: stddev * unit };
    const summary = { minNs: min * unit, maxNs: max * unit, meanNs: mean * unit, ...deviation };
    return [{ of, spread: spreadOf(latency, unit), summary }];
  });
}

function spreadOf({ bins, percentile }: FioLatency, unit: number): Spread {
  if (bins !== undefined) return { kind: 'histogram', histogram: histogramOf(bins, unit) };
  if (percentile === undefined) return { kind: 'unknown' };
  // Before 2.3 places that weren't asked for are there, all called 0.00.
  const percentiles = Object.entries(percentile)
    .map(([percent, value]) => [Number(percent), value * unit] as const)
    .filter(([percent]) => percent > 0 && percent <= 100)
    .sort(([a], [b]) => a - b);
  return { kind: 'percentiles', percentiles };
}

/** json+ of 3.x names its bins by the value in their middle, that of 2.x by number, and says then how many bits they have. */
function histogramOf(bins: Readonly<Record<string, number>>, unit: number): SparseHistogram {
  const bits = bins['FIO_IO_U_PLAT_BITS'];
  const histogram = newHistogram();
  for (const [name, count] of Object.entries(bins)) {
    if (!/^\d+$/.test(name) || count <= 0) continue;
    const bucket = bucketOf((bits === undefined ? Number(name) : middleOf(Number(name), bits)) * unit);
    histogram[bucket] = (histogram[bucket] ?? 0) + count;
  }
  return toSparse(histogram);
}

/** As fio counts them: twice as many as a group has are exact, each group after them is twice as wide. */
function middleOf(bin: number, bits: number): number {
  const perGroup = 2 ** bits;
  if (bin < 2 * perGroup) return bin;
  const widthBits = Math.floor(bin / perGroup) - 1;
  const width = 2 ** widthBits;
  return 2 ** (widthBits + bits) + ((bin % perGroup) + 0.5) * width;
}
