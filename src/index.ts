/** The public API: all that a task may use. */
export { showPlace } from './controller/tasks/show-place.ts';
export { task } from './controller/tasks/task.ts';
export type {
  CollectOptions,
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
export { filesWorkload, type FilesRequest } from './controller/profiles/profiles.ts';
export { expectOptions } from './controller/expect/thresholds.ts';
export { fioJob, type FioJob, type FioRequest } from './controller/fio/job.ts';
export { fioLines, removeFio, runFio, setUpFio, type FioOnHost } from './controller/fio/on-host.ts';
export { describeCopy, requirePath } from './controller/run/task-copy.ts';
export { askHosts, type FleetAccess, type HostAnswer } from './controller/asking/ask-hosts.ts';
export { cleanFleet, type Cleaning } from './controller/cleanup/clean.ts';
export { cleaningLines, cleaningRecords } from './controller/cleanup/lines.ts';
export { examineFleet, type FleetHealth } from './controller/doctor/examine.ts';
export { healthRecords } from './controller/doctor/records.ts';
export { healthLines } from './controller/doctor/table.ts';
export { checkLines, checkRecords, checkRun, type CheckedRun } from './controller/check-run.ts';
export { compareRuns, comparisonVerdict, type RunComparison } from './controller/compare/compare-runs.ts';
export {
  comparisonLines,
  comparisonRecords,
  differenceLines,
  differenceRecords,
  refuseUnlike,
} from './controller/compare/lines.ts';
export { exportFormats, exportRun, type Exported, type ExportRequest } from './controller/export/export-run.ts';
export { initProject, type InitFile } from './controller/init.ts';
export { finishRun } from './controller/finish.ts';
export { findRunFolder, isRunFolder } from './controller/run-folder/run-folder.ts';
export { mergeFiles, type MergeRequest } from './controller/merge-files/merge-files.ts';
export { funkloadReport, reportAgain, writeReport, type ReportRequest } from './controller/report-again.ts';
export type { FunkloadQuestion, FunkloadView } from './controller/funkload/view.ts';
export { requireSendable } from './transports/copy/local-tree.ts';
export type { CopiedPath } from './transports/copy/copied.ts';
export type { Thresholds } from './model/expectation.ts';
export type { MountSpec } from './model/mount-spec.ts';
export { readLogLines, readRunLog } from './controller/events/run-log.ts';
export { FunbricError } from './model/errors.ts';
export { expandNodeSet, foldNodeSet } from './model/nodeset.ts';
