/** What the parts of a worker's stress share, and how much one read or write moves. */
import type { Random } from '../model/random.ts';
import { chunkBuffer, type ChunkBuffer } from './chunk-buffer.ts';
import type { Content } from './content.ts';
import type { ExtraCalls } from './extra-calls.ts';
import { maxTransferBytes, type FilesSpec } from './files-spec.ts';
import type { FileOperations } from './operations.ts';
import type { OwnPath } from './own-paths.ts';
import { pageMemory } from './page-memory.ts';
import type { Trace } from './trace.ts';

export interface StressOptions {
  readonly spec: FilesSpec;
  /** All decisions are drawn from here. */
  readonly random: Random;
  /** The run-wide number of this worker, and the numbers of all whose trees it reads. */
  readonly worker: number;
  readonly owners: { readonly from: number; readonly to: number };
  readonly runPath: string;
  readonly ownPath: OwnPath;
  readonly operations: FileOperations;
  readonly trace: Trace;
  readonly content: Content;
  readonly extra: ExtraCalls;
  /** Of the longest read or write, and of the longest file: divided once, as each operation asks. */
  readonly transferChunks: number;
  readonly maxChunks: number;
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

/** For the longest read or write; `filled` is the same, behind a chunk of zeros where files may end inside chunks. */
export function transferBuffer(spec: FilesSpec): { readonly filled: Buffer; readonly buffer: ChunkBuffer } {
  const zeros = (spec.edges ?? 0) > 0 ? spec.chunkBytes : 0;
  const bytes = zeros + transferChunksOf(spec) * spec.chunkBytes;
  const all = (spec.direct ?? 0) > 0 ? chunkBuffer(bytes, pageMemory(bytes)) : chunkBuffer(bytes);
  const buffer = { bytes: all.bytes.subarray(zeros), words: all.words.subarray(zeros / 4) };
  return { filled: all.bytes, buffer };
}

/** Whether the next read or write goes on where the last one like it ended. */
export function isSequential({ spec, random }: StressOptions): boolean {
  const share = spec.access?.sequential ?? 0;
  return share > 0 && random.below(100) < share;
}

/** How many chunks: any number up to the limit, small ones more often. */
export function transferOf({ transferChunks, random }: StressOptions, limit: number): number {
  return 1 + random.below(random.below(Math.min(limit, transferChunks)) + 1);
}
