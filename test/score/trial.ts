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

/** Every worker reads every file many times. */
const fewFiles: FilesSpec = {
  ...mixed,
  filesPerFolder: 1,
  operationsLimit: 4_000,
  weights: { mkdir: 0, delete: 1, list: 3, touch: 10, stat: 5, read: 60, write: 30, rename: 2, truncate: 3 },
};

/** For each chunk, so that what went wrong is not all written over by who comes last. */
const fewWrites = { fileBytes: 65_536, operationsLimit: 400 };

interface Place {
  /** Where the run's folder, with plan and journals, is made. */
  readonly reports: string;
  /** Where the directory under test is made. */
  readonly dir: string;
  readonly seed: number;
}

/** Everything that the workload can do, in its own trees and in every arena, on a file system as it is. */
export async function cleanRun({ reports, dir, seed }: Place, operationsLimit = mixed.operationsLimit): Promise<Run> {
  const workload = { ...mixed, operationsLimit, arenas: { own: 1, race: 1, append: 1, shared: 1, locks: 1 } };
  return await judged({ reports, dir, seed }, workload, {});
}

/** `bundle` is the agent with faults. */
export async function faultyRun({ reports, dir, seed }: Place, fault: Fault, bundle: string): Promise<Run> {
  const { isOfFewFiles, arena, hungMs, isOrderUnknown } = fault;
  const workload = {
    ...(isOfFewFiles === true ? fewFiles : mixed),
    ...(arena === undefined ? {} : { arenas: { own: 1, [arena]: 3 } }),
    ...(arena === 'shared' ? fewWrites : {}),
    ...fault.workload,
  };
  return await judged({ reports, dir, seed }, workload, {
    fault: { bundle, value: `${fault.name}:${seed}:0` },
    ...(hungMs === undefined ? {} : { hungMs }),
    ...(isOrderUnknown === true ? { slowMs: 600_000 } : {}),
  });
}

type Staging = Omit<Parameters<typeof stageRun>[0], 'folder' | 'workload' | 'seed'>;

async function judged({ reports, dir, seed }: Place, workload: FilesSpec, staging: Staging): Promise<Run> {
  const folder = mkdtempSync(join(reports, 'run-'));
  await stageRun({ folder, workload: { ...workload, dir: mkdtempSync(join(dir, 'dir-')) }, seed, ...staging });
  return await mergeRun(folder);
}
