/** fio's psync engine as the thing to compare with: it writes its files, then reads or writes blocks of them at random for a time. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Rate } from './rate.ts';

export type FioVerify = 'none' | 'crc32c';

export interface FioRun {
  readonly folder: string;
  readonly what: 'read' | 'write';
  readonly files: number;
  readonly fileBytes: number;
  readonly blockBytes: number;
  readonly seconds: number;
  readonly verify: FioVerify;
}

const sideSchema = z.object({ iops: z.number(), total_ios: z.number(), runtime: z.number() });
const outputSchema = z.object({
  jobs: z.array(
    z.object({ error: z.number(), usr_cpu: z.number(), sys_cpu: z.number(), read: sideSchema, write: sideSchema }),
  ),
});

/** Throws where fio fails or finds an error. */
export function fioRate({ folder, what, files, fileBytes, blockBytes, seconds, verify }: FioRun): Rate {
  const directory = mkdtempSync(join(folder, 'fio-'));
  const common = [
    '--name=bench',
    `--directory=${directory}`,
    '--ioengine=psync',
    '--thread',
    `--bs=${blockBytes}`,
    `--nrfiles=${files}`,
    `--openfiles=${files}`,
    `--filesize=${fileBytes}`,
    `--size=${files * fileBytes}`,
    '--file_service_type=random',
    ...(verify === 'none' ? [] : [`--verify=${verify}`, '--verify_fatal=1']),
  ];
  const run = (...args: readonly string[]): string =>
    execFileSync('fio', [...common, ...args], { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    run('--rw=write', '--do_verify=0');
    // Without its own map of what was read or written, as ours has none.
    const times = ['--time_based', `--runtime=${seconds}`, '--norandommap', '--output-format=json'];
    const way = what === 'read' ? ['--rw=randread'] : ['--rw=randwrite', '--do_verify=0'];
    const [job] = outputSchema.parse(JSON.parse(run(...way, ...times))).jobs;
    if (job === undefined || job.error !== 0) throw new Error(`fio ended with error ${job?.error}`);
    const { iops, total_ios: operations, runtime: wallMs } = job[what];
    const cpuSeconds = ((job.usr_cpu + job.sys_cpu) / 100) * (wallMs / 1000);
    return { perSecond: iops, perCpuSecond: operations / cpuSeconds };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
