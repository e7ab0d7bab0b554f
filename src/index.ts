/** The public API: all that a task may use. */
export { task } from './controller/task.ts';
export type {
  CommandResult,
  LocalContext,
  OptionValues,
  PutOptions,
  RunOptions,
  RunOutcome,
  SudoOptions,
  Task,
  TaskHost,
  TaskOption,
} from './controller/task.ts';
export { mountOptions, mountSpec, type MountValues } from './controller/mounts/spec.ts';
export { filesWorkload, type FilesRequest } from './controller/profiles.ts';
export { describeCopy } from './controller/task-copy.ts';
export { findRunFolder, finishRun } from './controller/finish.ts';
export type { CopiedPath } from './transports/copy/copied.ts';
export type { MountSpec } from './model/mount-spec.ts';
export { readLogLines, readRunLog } from './controller/run-log.ts';
export { FunbricError } from './model/errors.ts';
export { expandNodeSet, foldNodeSet } from './model/nodeset.ts';
