/** What the parts of a worker's stress share, and how much one read or write moves. */
import type { Random } from '../model/random.ts';
import type { Content } from './content.ts';
import { maxTransferBytes, type FilesSpec } from './files-spec.ts';
import type { FileOperations } from './operations.ts';
import type { Trace } from './trace.ts';

export interface StressOptions {
  readonly spec: FilesSpec;
  /** All decisions are drawn from here. */
  readonly random: Random;
  /** The run-wide number of this worker, and the numbers of all whose trees it reads. */
  readonly worker: number;
  readonly owners: { readonly from: number; readonly to: number };
  readonly runPath: string;
  readonly operations: FileOperations;
  readonly trace: Trace;
  readonly content: Content;
}

export function maxChunksOf({ fileBytes, chunkBytes }: FilesSpec): number {
  return fileBytes / chunkBytes;
}

export function transferChunksOf(spec: FilesSpec): number {
  return Math.min(
    maxChunksOf(spec),
    Math.max(1, Math.floor((spec.transferBytes ?? maxTransferBytes) / spec.chunkBytes)),
  );
}

/** Whether the next read or write goes on where the last one like it ended. */
export function isSequential({ spec, random }: StressOptions): boolean {
  const share = spec.access?.sequential ?? 0;
  return share > 0 && random.below(100) < share;
}

/** How many chunks: any number up to the limit, small ones more often. */
export function transferOf({ spec, random }: StressOptions, limit: number): number {
  return 1 + random.below(random.below(Math.min(limit, transferChunksOf(spec))) + 1);
}
