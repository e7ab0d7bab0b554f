/**
 * The agent's inner loop beside fio: verified reads of the same sizes, from files of the same number and size in one
 * directory, by one thread, with the files kept open by both. The agent is the program that runs on hosts, started here as there.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersOfTree, nameOf, pathOf } from '../../src/model/namespace.ts';
import { agentReportSchema, type OperationStats } from '../../src/model/result.ts';
import { chunkBuffer, contentOf } from '../../src/workloads/content.ts';
import { runPathOf } from '../../src/workloads/run-directory.ts';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';
import { fioReads, type FioVerify } from './fio.ts';
import { figure, median, type Group } from './group.ts';
import { works } from './timed.ts';

const rounds = 3;
const seconds = 3;
const fileBytes = 1 << 20;
const filesPerFolder = 16;
const files = foldersOfTree * filesPerFolder;

interface Case {
  readonly what: string;
  readonly blockBytes: number;
  readonly unit: string;
  /** From reads a second. */
  readonly toUnit: number;
}

const cases: readonly Case[] = [
  { what: '1 MiB reads, verified', blockBytes: 1 << 20, unit: 'GiB/s', toUnit: 1 / 1024 },
  { what: '4 KiB random reads, verified', blockBytes: 4096, unit: 'k/s', toUnit: 1 / 1000 },
];

export const agent: Group = {
  name: 'agent',
  summary: `one thread, ${files} files of 1 MiB kept open, ${seconds} s each, median of ${rounds} rounds`,
  async run(print) {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      if (!works('fio', '--version')) return print('not measured: fio is not installed here');
      for (const each of cases) await compare(folder, each, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const verifies: readonly FioVerify[] = ['none', 'crc32c'];

async function compare(folder: string, at: Case, print: (line: string) => void): Promise<void> {
  const ours: number[] = [];
  const theirs = new Map<FioVerify, number[]>(verifies.map((verify) => [verify, []]));
  for (let round = 0; round < rounds; round++) {
    ours.push(await agentReads(folder, at.blockBytes));
    for (const verify of verifies) {
      const given = { folder, files, fileBytes, blockBytes: at.blockBytes, seconds, verify };
      theirs.get(verify)?.push(fioReads(given));
    }
  }
  for (const verify of verifies) {
    const than = verify === 'none' ? 'fio psync without verifying' : `fio ${verify}`;
    const [own, other] = [median(ours) * at.toUnit, median(theirs.get(verify) ?? []) * at.toUnit];
    print(figure({ what: at.what, ours: own, theirs: other, than, unit: at.unit, digits: 1 }));
  }
}

/** Verified reads a second. */
async function agentReads(folder: string, blockBytes: number): Promise<number> {
  const dir = mkdtempSync(join(folder, 'agent-'));
  const weights = { ...noWeights, read: 1 };
  const sizes = { chunkBytes: blockBytes, transferBytes: blockBytes, fileBytes, filesPerFolder };
  const workload = filesSpec(dir, { workers: 1, durationMs: seconds * 1000, weights, ...sizes, openFiles: files });
  await using process = new AgentProcess();
  const spec = agentSpec(workload, { workDir: folder });
  await process.start(spec);
  await process.phase('setup');
  fill(runPathOf({ dir, run: spec.run }), spec.runTag, blockBytes);
  const { end, message } = await process.phase('stress');
  if (end !== 'completed') throw new Error(`the agent's stress ${end}: ${message}`);
  const { resultPath } = await process.deliver();
  const { operations } = agentReportSchema.parse(JSON.parse(readFileSync(resultPath, 'utf8')));
  await process.phase('teardown');
  rmSync(dir, { recursive: true, force: true });
  return perSecond(operations.find(({ name }) => name === 'read'));
}

const noWeights = { mkdir: 0, delete: 0, list: 0, touch: 0, stat: 0, read: 0, write: 0, rename: 0, truncate: 0 };

function perSecond(read: OperationStats | undefined): number {
  if (read === undefined || Object.keys(read.errors).length > 0 || read.bytes === 0) {
    throw new Error(`the agent's reads went wrong: ${JSON.stringify(read?.errors)}`);
  }
  return read.count / seconds;
}

/** Every name of worker 0's tree, as if it had written them itself. */
function fill(runPath: string, runTag: number, chunkBytes: number): void {
  const content = contentOf(runTag, chunkBytes);
  const buffer = chunkBuffer(fileBytes);
  for (let at = 0; at < files; at++) {
    const name = nameOf({ kind: 'file', folder: Math.floor(at / filesPerFolder), index: at % filesPerFolder });
    const change = { creator: 0, incarnation: at + 1, writer: 0, first: 0, operation: at + 1, generation: 1 };
    content.fill(buffer, fileBytes / chunkBytes, change);
    writeFileSync(join(runPath, pathOf(0, name)), buffer.bytes);
  }
}
