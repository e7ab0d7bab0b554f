/** fio's psync engine as the thing to compare with: it writes its files, then reads them at random for a time. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

export type FioVerify = 'none' | 'crc32c';

export interface FioReads {
  readonly folder: string;
  readonly files: number;
  readonly fileBytes: number;
  readonly blockBytes: number;
  readonly seconds: number;
  readonly verify: FioVerify;
}

const outputSchema = z.object({ jobs: z.array(z.object({ error: z.number(), read: z.object({ iops: z.number() }) })) });

/** Reads a second. Throws where fio fails or finds an error. */
export function fioReads({ folder, files, fileBytes, blockBytes, seconds, verify }: FioReads): number {
  const directory = mkdtempSync(join(folder, 'fio-'));
  const common = [
    '--name=reads',
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
    // Without its own map of what was read, as ours has none.
    const times = ['--time_based', `--runtime=${seconds}`, '--norandommap', '--output-format=json'];
    const [job] = outputSchema.parse(JSON.parse(run('--rw=randread', ...times))).jobs;
    if (job === undefined || job.error !== 0) throw new Error(`fio ended with error ${job?.error}`);
    return job.read.iops;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
