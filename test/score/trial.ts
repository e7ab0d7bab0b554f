/** One run of two real agents on one directory, clean or with a fault on the first host, judged as every run is. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import type { Run } from '../../src/model/run.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import type { Fault } from '../faults/fault.ts';
import { filesSpec } from '../support/agent-process.ts';
import { stageRun } from '../support/staged-run.ts';

/** With enough truncates that files are cut and then extended. */
const names = { mkdir: 2, delete: 4, touch: 10, rename: 5, renameOnto: 3, copy: 10 };
const data = { write: 25, append: 8, truncate: 20, fsync: 2, fdatasync: 2 };
const weights = { ...names, ...data, list: 3, stat: 5, read: 30 };
const access = { random: 60, sequential: 40 };

/** Bounded by operations, so that a seed always does the same. */
const mixed = filesSpec('/', { durationMs: 60_000, operationsLimit: 1_500, weights, access });

interface Place {
  /** Where the run's folder, with plan and journals, is made. */
  readonly reports: string;
  /** Where the directory under test is made. */
  readonly dir: string;
  readonly seed: number;
}

/** Everything that the workload can do, in its own trees and in every arena, on a file system as it is. */
export async function cleanRun({ reports, dir, seed }: Place, operationsLimit = mixed.operationsLimit): Promise<Run> {
  const all = { ...weights, chmod: 6, utimes: 3, stat: 25, setxattr: 6, fallocate: 6, punchHole: 6 };
  const arenas = { own: 6, race: 1, append: 1, shared: 1, locks: 1 };
  // Every other run has files that end inside chunks.
  const edges = seed % 2 === 0 ? { edges: 30 } : {};
  const workload = { ...mixed, ...edges, durationMs: 300_000, weights: all, operationsLimit, arenas };
  return await judged({ reports, dir, seed }, workload, { patienceMs: 330_000 });
}

/**
 * Operations a second of each worker: on a busy machine one of them may be done before another begins, and looks at what nobody
 * changes any more.
 */
const rate = 1_000;

/** `bundle` is the agent with faults; `share`: of the operations that a score takes, where a test needs fewer. */
export async function faultyRun({ reports, dir, seed }: Place, fault: Fault, bundle: string, share = 1): Promise<Run> {
  const { hungMs, isOrderUnknown, between, meanwhile } = fault;
  const whole = { ...mixed, rate, ...fault.workload };
  const workload = { ...whole, operationsLimit: shareOf(whole.operationsLimit ?? 0, share) };
  return await judged({ reports, dir, seed }, workload, {
    fault: { bundle, value: `${fault.name}:${seed}:0` },
    ...(hungMs === undefined ? {} : { hungMs }),
    ...(isOrderUnknown === true ? { slowMs: 600_000 } : {}),
    ...(between === undefined ? {} : { between }),
    ...(meanwhile === undefined ? {} : { meanwhile }),
  });
}

/** Fewer would show too little of faults that few operations meet. */
const fewest = 400;

function shareOf(operations: number, share: number): number {
  return Math.max(Math.min(fewest, operations), Math.ceil(operations * share));
}

type Staging = Omit<Parameters<typeof stageRun>[0], 'folder' | 'workload' | 'seed'>;

async function judged({ reports, dir, seed }: Place, workload: FilesSpec, staging: Staging): Promise<Run> {
  const folder = mkdtempSync(join(reports, 'run-'));
  await stageRun({ folder, workload: { ...workload, dir: mkdtempSync(join(dir, 'dir-')) }, seed, ...staging });
  return await mergeRun(folder);
}
