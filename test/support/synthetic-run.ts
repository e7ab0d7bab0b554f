/** The files of a run that nobody ran: hosts of given speeds, for tests of what is compared by results alone. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../src/controller/run-folder/run-folder.ts';
import { bucketOf, newHistogram, toSparse } from '../../src/model/histogram.ts';
import { defaultLimits, type Plan } from '../../src/model/plan.ts';
import type { Facts } from '../../src/model/protocol.ts';
import type { HostResult } from '../../src/model/result.ts';

/** Numbers that anybody can repeat. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

export interface SyntheticHost {
  readonly name: string;
  /** Operations in ten seconds. */
  readonly count: number;
  /** Median latency. */
  readonly ms: number;
  readonly errors?: number;
  readonly kernel?: string;
}

/** Eight hosts that are what they are: each does `rate` and takes `ms` of what is its own, with 2 % of chance. */
export function hostsOf(
  seed: number,
  { hosts = 8, rate = 1, ms = 1, errors = 0 }: { hosts?: number; rate?: number; ms?: number; errors?: number } = {},
): readonly SyntheticHost[] {
  const random = uniform(seed);
  return Array.from({ length: hosts }, (_, host) => {
    const own = 1 + 0.3 * Math.sin(host);
    return {
      name: `web${host + 1}`,
      count: Math.round(2000 * own * rate * (1 + 0.02 * normal(random))),
      ms: (ms / own) * (1 + 0.02 * normal(random)),
      errors,
    };
  });
}

/** A folder with plan and results of these. */
export function writeRun(
  parent: string,
  hosts: readonly SyntheticHost[],
  workload: Readonly<Record<string, unknown>> = {},
): string {
  const folder = mkdtempSync(join(parent, 'run-'));
  const run = folder.slice(-8);
  const plan: Plan = {
    version: 1,
    run,
    funbric: '0.0.0',
    createdAt: '2025-01-01T00:00:00.000Z',
    seed: 1,
    hosts: hosts.map(({ name }) => ({ name, roles: [], groups: [], variables: {} })),
    tasks: [{ name: 'runtest', options: {}, workload: { engine: 'files', workers: 4, ...workload } }],
    limits: defaultLimits,
    isKept: false,
  };
  mkdirSync(join(folder, runFiles.results));
  writeFileSync(join(folder, runFiles.plan), JSON.stringify(plan));
  for (const [index, host] of hosts.entries())
    writeFileSync(join(folder, runFiles.result(index)), JSON.stringify(resultOf(run, index, host)));
  return folder;
}

/** What an agent would have told of a host that is as any other. */
export function syntheticFacts(hostname: string, kernel = '6.1'): Facts {
  return { hostname, platform: 'linux', kernel, arch: 'x64', node: 'v20', cpu: 'c', cpus: 4, memoryBytes: 1e9 };
}

function resultOf(run: string, index: number, host: SyntheticHost): HostResult {
  const { name, count, errors = 0, kernel } = host;
  const facts = syntheticFacts(name, kernel);
  return {
    version: 1,
    run,
    index,
    name,
    status: 'completed',
    gaps: [],
    commands: [],
    pings: [],
    agent: {
      version: 1,
      run,
      host: index,
      facts,
      phases: [{ phase: 'stress', startNs: 0, endNs: 10e9, end: 'completed' }],
      operations: [
        {
          name: 'write',
          count,
          bytes: count * 4096,
          errors: errors === 0 ? {} : { EIO: errors },
          histogram: toSparse(latenciesOf(host)),
        },
      ],
      samples: [],
      heartbeats: [],
      journal: { bytes: 0, records: 0, workers: 4 },
    },
  };
}

/** Log-normal, as latencies are; the same of equal hosts. */
function latenciesOf({ count, ms }: SyntheticHost): Float64Array {
  const random = uniform(count);
  const histogram = newHistogram();
  for (let at = 0; at < count; at++) {
    const bucket = bucketOf(ms * 1e6 * Math.exp(0.4 * normal(random)));
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }
  return histogram;
}
