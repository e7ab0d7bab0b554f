/**
 * The agent's inner loop beside others that do the same to as many files of the same size in one directory, by one thread: fio
 * for blocks of files that both keep open, a loop in C for names; and beside itself without a journal.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersOfTree } from '../../src/model/namespace.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { agentRate, noWeights } from './agent-rate.ts';
import { fioRate, type FioVerify } from './fio.ts';
import { readFloor } from './floor.ts';
import type { Group } from './group.ts';
import { compareWithoutJournal } from './journal-cost.ts';
import { compareNames } from './names.ts';
import { rateFigures, type Rate } from './rate.ts';
import { works } from './timed.ts';

const rounds = 3;
const seconds = 3;
const fileBytes = 1 << 20;
const filesPerFolder = 16;
const files = foldersOfTree * filesPerFolder;

interface Case {
  readonly what: string;
  readonly does: 'read' | 'write';
  readonly weights: Partial<FilesSpec['weights']>;
  readonly blockBytes: number;
  readonly unit: string;
  /** From operations. */
  readonly toUnit: number;
}

const mebibyte = { blockBytes: 1 << 20, unit: 'GiB', toUnit: 1 / 1024 };

const cases: readonly Case[] = [
  { what: '1 MiB reads, verified', does: 'read', weights: { read: 1 }, ...mebibyte },
  {
    what: '4 KiB random reads, verified',
    does: 'read',
    weights: { read: 1 },
    blockBytes: 4096,
    unit: 'k',
    toUnit: 1 / 1000,
  },
  // It writes only to files that it made: one touch in a hundred operations makes them while it goes on.
  { what: '1 MiB writes, stamped', does: 'write', weights: { write: 99, touch: 1 }, ...mebibyte },
];

export const agent: Group = {
  name: 'agent',
  summary: `one thread, ${files} files of 1 MiB kept open, ${seconds} s each, median of ${rounds} rounds`,
  async run(print) {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      if (works('fio', '--version')) for (const each of cases) await compare(folder, each, print);
      else print('reads and writes: not measured: fio is not installed here');
      await compareNames(folder, { rounds, seconds, filesPerFolder }, print);
      await compareWithoutJournal({ rounds, filesPerFolder }, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const verifies: readonly FioVerify[] = ['none', 'crc32c'];

async function compare(
  folder: string,
  { what, does, weights, blockBytes, unit, toUnit }: Case,
  print: (line: string) => void,
): Promise<void> {
  const ours: Rate[] = [];
  const floor: Rate[] = [];
  const theirs = new Map<FioVerify, Rate[]>(verifies.map((verify) => [verify, []]));
  const sizes = { chunkBytes: blockBytes, transferBytes: blockBytes, fileBytes, filesPerFolder, openFiles: files };
  const workload = { weights: { ...noWeights, ...weights }, ...sizes };
  for (let round = 0; round < rounds; round++) {
    ours.push(await agentRate({ folder, seconds, workload, isFilled: does === 'read', operation: does }));
    if (does === 'read') floor.push(readFloor({ folder, seconds, filesPerFolder, fileBytes, blockBytes }));
    for (const verify of verifies) {
      theirs.get(verify)?.push(fioRate({ folder, what: does, files, fileBytes, blockBytes, seconds, verify }));
    }
  }
  const say = (of: string, rates: readonly Rate[], verify: FioVerify): void => {
    const than = verify === 'none' ? 'fio psync without verifying' : `fio ${verify}`;
    const compared = { ours: rates, theirs: theirs.get(verify) ?? [], than };
    for (const line of rateFigures({ what: of, ...compared, unit, toUnit })) print(line);
  };
  for (const verify of verifies) say(what, ours, verify);
  if (floor.length > 0) say(`${what.replace(/, .*/, '')} in a bare loop of Node's, nothing verified`, floor, 'none');
}
