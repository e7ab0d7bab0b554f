/** Sizes that end inside a chunk, or at the edge of a block, page or chunk, a byte before it or behind: where file systems break. */
import type { FileSize } from './tree.ts';
import type { StressOptions } from './stress-options.ts';

/** Whether the next change ends at such a place. */
export function isAtEdge({ spec, random }: StressOptions): boolean {
  const share = spec.edges ?? 0;
  return share > 0 && random.below(100) < share;
}

/** A size up to the largest. */
export function edgeSize({ spec, maxChunks, random }: StressOptions): FileSize {
  const { chunkBytes, fileBytes } = spec;
  const multiple = random.below(maxChunks + 1) * chunkBytes;
  const edges = [0, 512, chunkBytes, 4096, 65_536, fileBytes, multiple];
  const near = (edges[random.below(edges.length)] ?? 0) + random.below(3) - 1;
  const bytes = random.below(4) === 0 ? random.below(fileBytes + 1) : Math.max(0, Math.min(near, fileBytes));
  return { chunks: Math.ceil(bytes / chunkBytes), tail: bytes % chunkBytes };
}

/** How much of a last chunk is written: not all of it. */
export function edgeTail({ spec, random }: StressOptions): number {
  const { chunkBytes } = spec;
  const tails = [1, chunkBytes - 1, stampEnd - 1, stampEnd, stampEnd + 1, 1 + random.below(chunkBytes - 1)];
  return tails[random.below(tails.length)] ?? 1;
}

/** A stamp that is just not whole is an edge too. */
const stampEnd = 32;
