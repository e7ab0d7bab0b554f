/**
 * Main thread and worker threads are the same file, so that the agent stays one: each finds out here which of them it is.
 * A bundle of the detection score calls this with file operations that do the wrong thing.
 */
import { isMainThread } from 'node:worker_threads';
import { fileOperations, type FileOperations } from '../workloads/operations.ts';
import { serve } from './serve.ts';
import { work } from './worker.ts';

export function startAgent(operations: FileOperations = fileOperations): void {
  if (isMainThread) serve();
  else work(operations);
}
