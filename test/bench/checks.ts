/**
 * The checks alone, from the journals on the disk to the verdict, over millions of operations: a small real run, repeated as
 * other hosts. On one core, and with as many threads as a merge takes here.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { funbric, openBench, type Bench } from '../support/funbric.ts';
import { localFleet } from '../support/local-hosts.ts';
import type { Group } from './group.ts';
import { repeatRun } from './repeat-run.ts';

const usualMillions = 10;
const stressSeconds = 10;
const names = ['a', 'b', 'c', 'd'];

export const checks: Group = {
  name: 'checks',
  summary: `checking a run of ${usualMillions} million operations (--millions N: of so many), made of ${stressSeconds} s of ${names.length} hosts`,
  async run(print, { millions = usualMillions }) {
    using bench = openBench();
    const template = await makeRun(bench);
    const once = repeatRun({ from: template, to: join(bench.folder, 'once'), times: 1 });
    const folder = join(bench.folder, 'many');
    mkdirSync(folder);
    const times = Math.max(1, Math.ceil((millions * 1e6) / once.operations));
    const { operations, records } = repeatRun({ from: template, to: folder, times });
    const size = `${(operations / 1e6).toFixed(1)} M operations, ${(records / 1e6).toFixed(1)} M records`;
    for (const threads of [0, Math.min(2, availableParallelism())]) {
      const { wallSeconds, cpuSeconds, megabytes } = measure(folder, threads);
      const perCore = (operations / cpuSeconds / 1e6).toFixed(1);
      const how = threads === 0 ? 'in one thread' : `in ${threads} threads`;
      print(
        `checks: ${perCore} M operations/s a core (${size}, ${how}: ${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${megabytes} MB)`,
      );
    }
  },
};

async function makeRun(bench: Bench): Promise<string> {
  localFleet(bench, names);
  const stress = ['--duration', `${stressSeconds}s`, '--workers', '2', '--seed', '1'];
  const hosts = ['--reports', bench.reports, '-H', names.join(',')];
  const dir = memoryFolder(bench);
  const { status, stderr } = await funbric([...hosts, 'runtest', '--dir', dir, ...stress], { cwd: bench.folder });
  if (status !== 0) throw new Error(`the run to repeat ended with ${status}: ${stderr}`);
  return join(bench.reports, 'latest');
}

/** Where there is one, more operations fit into the time of the stress. */
function memoryFolder({ dir }: Bench): string {
  try {
    accessSync('/dev/shm');
    return '/dev/shm';
  } catch {
    return dir;
  }
}

interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

const program = fileURLToPath(new URL('./check-once.js', import.meta.url));
const limitMs = 1_800_000;

function measure(folder: string, threads: number): Measured {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, folder, String(threads)], {
    encoding: 'utf8',
    timeout: limitMs,
  });
  const [wall = NaN, cpu = NaN, megabytes = NaN] = stdout.trim().split(' ').map(Number);
  if (status !== 0) throw new Error(`the checks ended with ${status}: ${stderr.slice(-300)}`);
  return { wallSeconds: wall, cpuSeconds: cpu, megabytes };
}
