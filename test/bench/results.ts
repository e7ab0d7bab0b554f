/**
 * Results of 1,000 hosts, of an hour in steps of a second and ten kinds of operations, merged into run.json and a report, beside
 * only parsing these files (`FUNBRIC_BENCH_HOSTS` makes them fewer), rendered again, compared and exported; what a histogram
 * costs; and how far merged percentiles are off, beside the mean of percentiles.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import {
  bucketOf,
  fromSparse,
  mergeHistograms,
  newHistogram,
  percentile,
  toSparse,
  type SparseHistogram,
} from '../../src/model/histogram.ts';
import { defaultLimits, type Plan } from '../../src/model/plan.ts';
import type { HostResult } from '../../src/model/result.ts';
import { filesSpec } from '../support/agent-process.ts';
import { normal, syntheticFacts, uniform } from '../support/synthetic-run.ts';
import { figure, median, type Group } from './group.ts';
import { commandFile, timed } from './timed.ts';

const hosts = Number(process.env['FUNBRIC_BENCH_HOSTS'] ?? 1000);
const seconds = 3600;
const kinds = ['append', 'copy', 'list', 'mkdir', 'read', 'rename', 'stat', 'touch', 'truncate', 'write'];
const samplesOfKind = 20_000;
const run = 'bench-results';

export const results: Group = {
  name: 'results',
  summary: `results of ${hosts} hosts, ${seconds} steps and ${kinds.length} kinds of operations each`,
  async run(print) {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      measureMerge(folder, print);
    } finally {
      rmSync(folder, { recursive: true });
    }
    print(`a histogram takes ${median(Array.from({ length: 5 }, recordNs)).toFixed(1)} ns a record`);
    percentilesOff(print);
  },
};

const parseAll = `
const { readFileSync } = require('node:fs');
for (let host = 0; host < ${hosts}; host++) JSON.parse(readFileSync(\`results/\${String(host).padStart(4, '0')}.json\`, 'utf8'));
`;

const peakAtExit = `
const { appendFileSync } = require('node:fs');
process.on('exit', () => appendFileSync(process.env.FUNBRIC_BENCH_PEAKS, process.resourceUsage().maxRSS + '\\n'));
`;

function measureMerge(folder: string, print: (line: string) => void): void {
  writeRun(folder);
  const [peaks, atExit] = [join(folder, 'peaks.txt'), join(folder, 'at-exit.cjs')];
  writeFileSync(atExit, peakAtExit);
  // Nothing was journalled, so the run proves nothing and is incomplete.
  const merging = timed([process.execPath, '--require', atExit, commandFile, 'merge', folder], {
    cwd: folder,
    env: { FUNBRIC_BENCH_PEAKS: peaks },
    status: 2,
  });
  const peakKib = Math.max(...readFileSync(peaks, 'utf8').trim().split('\n').map(Number));
  const parsing = timed([process.execPath, '-e', parseAll], { cwd: folder });
  const also = (task: readonly string[], status: number): string => {
    const { wallSeconds, cpuSeconds } = timed([process.execPath, commandFile, ...task], { cwd: folder, status });
    return `${task[0]}: ${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU`;
  };
  const what = 'merged and rendered';
  print(figure({ what, ours: merging.wallSeconds, theirs: parsing.wallSeconds, than: 'only parsing them', unit: 's' }));
  print(`${what}: ${merging.cpuSeconds.toFixed(1)} s of CPU`);
  print(also(['report', folder], 2));
  // Of fewer than six hosts nobody can tell.
  print(also(['compare', folder, folder], hosts < 6 ? 2 : 0));
  print(also(['export', folder, '--to', 'csv', '-o', join(folder, 'csv')], 0));
  print(
    `${what}: peak memory ${Math.round(peakKib / 1024)} MiB; the report is ${kilobytesOf(join(folder, runFiles.report))} kB`,
  );
}

function kilobytesOf(file: string): number {
  return Math.round(statSync(file).size / 1000);
}

function writeRun(folder: string): void {
  const names = Array.from({ length: hosts }, (_, host) => `node${String(host).padStart(4, '0')}`);
  const plan: Plan = {
    version: 1,
    run,
    funbric: '0.0.0',
    createdAt: '2025-01-01T00:00:00.000Z',
    seed: 1,
    hosts: names.map((name) => ({ name, roles: [], groups: [], variables: {} })),
    tasks: [{ name: 'runtest', options: {}, workload: filesSpec('/mnt/test', { durationMs: seconds * 1000 }) }],
    limits: defaultLimits,
    isKept: false,
  };
  mkdirSync(join(folder, runFiles.results));
  writeFileSync(join(folder, runFiles.plan), JSON.stringify(plan));
  const random = uniform(1);
  // A few shapes are enough: what matters is how many buckets there are.
  const shapes = Array.from({ length: 20 }, () => latencies(random, 0.5 + random()));
  for (const [index, name] of names.entries())
    writeFileSync(join(folder, runFiles.result(index)), JSON.stringify(resultOf({ index, name, shapes })));
}

function latencies(random: () => number, ms: number): SparseHistogram {
  const histogram = newHistogram();
  for (let at = 0; at < samplesOfKind; at++) {
    const bucket = bucketOf(ms * 1e6 * Math.exp(0.4 * normal(random)));
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }
  return toSparse(histogram);
}

interface Given {
  readonly index: number;
  readonly name: string;
  readonly shapes: readonly SparseHistogram[];
}

function resultOf({ index, name, shapes }: Given): HostResult {
  const perSecond = Math.round((samplesOfKind * kinds.length) / seconds);
  return {
    version: 1,
    run,
    index,
    name,
    status: 'completed',
    gaps: [],
    commands: [],
    // Two a second are kept of those that are asked for.
    pings: Array.from({ length: 2 * seconds }, (_, at) => [at * 5e8, at * 5e8 + 1e5, at * 5e8 + 2e5]),
    agent: {
      version: 1,
      run,
      host: index,
      facts: syntheticFacts(name),
      phases: [{ phase: 'stress', startNs: 0, endNs: seconds * 1e9, end: 'completed' }],
      operations: kinds.map((kind, at) => ({
        name: kind,
        count: samplesOfKind,
        bytes: samplesOfKind * 4096,
        errors: {},
        histogram: [...(shapes[(index + at) % shapes.length] ?? [])].map(([bucket, count]) => [bucket, count]),
      })),
      samples: Array.from({ length: seconds }, (_, second) => ({
        startNs: second * 1e9,
        endNs: (second + 1) * 1e9,
        operations: perSecond,
        errors: 0,
        bytes: perSecond * 4096,
      })),
      heartbeats: Array.from({ length: seconds }, (_, second) => ({
        atNs: second * 1e9,
        phase: 'stress' as const,
        operations: perSecond * second,
        errors: 0,
        bytes: perSecond * second * 4096,
        cpuSeconds: second * 0.8,
        rssBytes: 1.2e8 + (second % 60) * 1e5,
        loadAverage: 1.5,
        p99Us: 1234.5,
        oldest: { operation: 'write', worker: 3, file: 'own/0003/d1/f010', ageMs: 1.25 },
      })),
      journal: { bytes: 0, records: 0, workers: 4 },
    },
  };
}

/** The values are drawn before: only recording is timed. */
function recordNs(): number {
  const random = uniform(7);
  const values = Float64Array.from({ length: 1_000_000 }, () => 1e5 * Math.exp(normal(random)));
  const histogram = newHistogram();
  const started = performance.now();
  for (let turn = 0; turn < 10; turn++) {
    for (const value of values) {
      const bucket = bucketOf(value);
      histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    }
  }
  return ((performance.now() - started) * 1e6) / (10 * values.length);
}

/** Eight hosts, of which one is five times as slow. */
function percentilesOff(print: (line: string) => void): void {
  const random = uniform(3);
  const ofHosts = Array.from({ length: 8 }, (_, host) =>
    Float64Array.from({ length: 100_000 }, () => (host === 0 ? 5 : 1) * 1e6 * Math.exp(0.4 * normal(random))),
  );
  const histograms = ofHosts.map((values) => {
    const histogram = newHistogram();
    for (const value of values) histogram[bucketOf(value)] = (histogram[bucketOf(value)] ?? 0) + 1;
    return fromSparse(toSparse(histogram));
  });
  const pooled = Float64Array.from(ofHosts.flatMap((values) => Array.from(values))).sort();
  const merged = histograms.reduce(mergeHistograms, newHistogram());
  for (const percent of [50, 99, 99.9, 99.99]) {
    const exact = pooled[Math.ceil((percent / 100) * pooled.length) - 1] ?? NaN;
    const mean = histograms.reduce((sum, one) => sum + (percentile(one, percent) ?? NaN), 0) / histograms.length;
    const off = (value: number | undefined): string => `${(((value ?? NaN) / exact - 1) * 100).toFixed(2)} %`;
    print(
      `p${percent} of 8 hosts, one 5x slower: merged ${off(percentile(merged, percent))} off, mean of percentiles ${off(mean)} off`,
    );
  }
}
