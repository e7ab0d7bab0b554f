/** What the agent does in a second: the program that runs on hosts, started here as there, with one worker, journal and all. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOfTree, nameOf, pathOf } from '../../src/model/namespace.ts';
import { agentReportSchema, type AgentReport } from '../../src/model/result.ts';
import { chunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf } from '../../src/workloads/content.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { runPathOf } from '../../src/workloads/run-directory.ts';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';
import type { Rate } from './rate.ts';

export const noWeights = { mkdir: 0, delete: 0, list: 0, touch: 0, stat: 0, read: 0, write: 0, rename: 0, truncate: 0 };

export interface AgentRun {
  readonly folder: string;
  readonly seconds: number;
  readonly workload: Partial<FilesSpec>;
  /** Whether all names of the tree are there from the start, as if it had written them itself. */
  readonly isFilled: boolean;
  /** Of which operations; of all of them where not given. */
  readonly operation?: string;
}

/** Throws where an operation fails. */
export async function agentRate({ folder, seconds, workload, isFilled, operation }: AgentRun): Promise<Rate> {
  const dir = mkdtempSync(join(folder, 'agent-'));
  const whole = filesSpec(dir, { workers: 1, durationMs: seconds * 1000, ...workload });
  await using process = new AgentProcess();
  const spec = agentSpec(whole, { workDir: folder });
  await process.start(spec);
  await process.phase('setup');
  if (isFilled) fillTree(runPathOf({ dir, run: spec.run }), spec.runTag, whole);
  const { end, message } = await process.phase('stress');
  if (end !== 'completed') throw new Error(`the agent's stress ${end}: ${message}`);
  const { resultPath } = await process.deliver();
  const report = agentReportSchema.parse(JSON.parse(readFileSync(resultPath, 'utf8')));
  await process.phase('teardown');
  rmSync(dir, { recursive: true, force: true });
  return rateOf(report, { seconds, operation });
}

function rateOf(
  { operations, heartbeats }: AgentReport,
  { seconds, operation }: { readonly seconds: number; readonly operation: string | undefined },
): Rate {
  const failed = operations.find(({ errors }) => Object.keys(errors).length > 0);
  if (failed !== undefined) throw new Error(`the agent's ${failed.name} went wrong: ${JSON.stringify(failed.errors)}`);
  const wanted = operations.filter(({ name }) => operation === undefined || name === operation);
  const count = wanted.reduce((sum, stats) => sum + stats.count, 0);
  const beats = heartbeats.filter(({ phase }) => phase === 'stress');
  const [first, last] = [beats[0], beats.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the agent said nothing during its stress');
  const perCpuSecond = (last.operations - first.operations) / (last.cpuSeconds - first.cpuSeconds);
  return { perSecond: count / seconds, perCpuSecond };
}

/** Every name of worker 0's tree, as if it had written them itself. */
export function fillTree(runPath: string, runTag: number, { chunkBytes, fileBytes, filesPerFolder }: FilesSpec): void {
  const content = contentOf(runTag, chunkBytes);
  const buffer = chunkBuffer(fileBytes);
  for (let at = 0; at < foldersOfTree * filesPerFolder; at++) {
    const name = nameOf({ kind: 'file', folder: Math.floor(at / filesPerFolder), index: at % filesPerFolder });
    const change = { creator: 0, incarnation: at + 1, writer: 0, first: 0, operation: at + 1, generation: 1 };
    content.fill(buffer, fileBytes / chunkBytes, change);
    writeFileSync(join(runPath, pathOf(0, name)), buffer.bytes);
  }
}
