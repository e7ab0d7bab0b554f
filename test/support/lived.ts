/** One worker of the files engine from setup to verify, in this process, with its records in memory. */
import fs from 'node:fs';
import { join } from 'node:path';
import type { Note } from '../../src/model/journal.ts';
import { recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { files } from '../../src/workloads/files.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { agentSpec, filesSpec } from './agent-process.ts';
import { MemoryRecorder } from './memory-recorder.ts';

export interface Lived {
  readonly stressed: readonly JournalRecord[];
  readonly verified: readonly JournalRecord[];
  readonly notes: readonly Note[];
  /** Sequences of operations that ended in an error nobody expected. */
  readonly unexpected: readonly number[];
  readonly runPath: string;
}

export interface LivedOptions {
  readonly seed?: number;
  /** Whose trees are read, though only the first works. */
  readonly hosts?: number;
  readonly changes?: Partial<FilesSpec>;
  readonly operations?: FileOperations;
  /** Between stress and verify, on the run's folder. */
  readonly tamper?: (runPath: string) => void;
}

/** Below a folder that the test removes. */
export async function live(root: string, options: LivedOptions): Promise<Lived> {
  const { seed = 1, hosts = 1, changes = {}, operations = fileOperations, tamper } = options;
  const dir = fs.mkdtempSync(join(root, 'dir-'));
  const spec = agentSpec(filesSpec(dir, { workers: 1, operationsLimit: 3_000, ...changes }), { seed, hosts });
  await files.setup({ spec, signal: new AbortController().signal });
  const recorder = new MemoryRecorder();
  const worker = files.openWorker({
    spec,
    operations,
    recorder,
    worker: 0,
    awaitTurn: () => undefined,
    isStopped: () => false,
  });
  worker.stress();
  const stressed = recorder.records;
  const runPath = join(dir, `funbric-${spec.run}`);
  tamper?.(runPath);
  worker.verify();
  const { notes, unexpected } = recorder;
  return { stressed, verified: recorder.records.slice(stressed.length), notes, unexpected, runPath };
}

/** What was decided, without when and with what outcome. */
export function decisionsOf(records: readonly JournalRecord[]): readonly unknown[] {
  return records.map(({ kind, owner, name, target, first, count, generation, incarnation, size }) =>
    // Times and inodes are the file system's.
    kind === recordKinds.stat || kind === recordKinds.scanEntry
      ? [kind, owner, name, size]
      : [kind, owner, name, target, first, count, generation, incarnation, size],
  );
}
