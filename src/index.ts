/** The public API: all that a task may use. */
export { task } from './controller/tasks/task.ts';
export type {
  CommandResult,
  LocalContext,
  OptionValues,
  PrepareContext,
  PutOptions,
  RunOptions,
  RunOutcome,
  SudoOptions,
  Task,
  TaskHost,
  TaskOption,
} from './controller/tasks/task.ts';
export { mountOptions, mountSpec, type MountValues } from './controller/mounts/spec.ts';
export { filesWorkload, type FilesRequest } from './controller/profiles.ts';
export { describeCopy, requirePath } from './controller/run/task-copy.ts';
export { askHosts, type FleetAccess, type HostAnswer } from './controller/ask-hosts.ts';
export { cleanFleet, type Cleaning } from './controller/cleanup/clean.ts';
export { cleaningLines, cleaningRecords } from './controller/cleanup/lines.ts';
export { examineFleet, type FleetHealth } from './controller/doctor/examine.ts';
export { healthRecords } from './controller/doctor/records.ts';
export { healthLines } from './controller/doctor/table.ts';
export { initProject, type InitFile } from './controller/init.ts';
export { findRunFolder, finishRun } from './controller/finish.ts';
export { requireSendable } from './transports/copy/local-tree.ts';
export type { CopiedPath } from './transports/copy/copied.ts';
export type { MountSpec } from './model/mount-spec.ts';
export { readLogLines, readRunLog } from './controller/run-log.ts';
export { FunbricError } from './model/errors.ts';
export { expandNodeSet, foldNodeSet } from './model/nodeset.ts';
