/** Every fault, in the order of the codes. */
import { lostFile } from './D01-lost-file.ts';
import { resurrectedFile } from './D02-resurrected-file.ts';
import { phantomFile } from './D03-phantom-file.ts';
import { lostWrite } from './D04-lost-write.ts';
import { corruptChunk } from './D05-corrupt-chunk.ts';
import { misplacedChunk } from './D06-misplaced-chunk.ts';
import { crossFileChunk } from './D07-cross-file-chunk.ts';
import { foreignData } from './D08-foreign-data.ts';
import { holedCopy } from './D11-holed-copy.ts';
import { zeroedChunk } from './D11-zeroed-chunk.ts';
import { staleRead } from './D12-stale-read.ts';
import { nonMonotonicRead } from './D13-non-monotonic-read.ts';
import { readYourWritesBroken } from './D14-read-your-writes.ts';
import { shortRead } from './D17-short-read.ts';
import { lostAppend } from './D19-lost-append.ts';
import { sizeMismatch } from './D19-size-mismatch.ts';
import { truncateResurrection } from './D20-truncate-resurrection.ts';
import { hostDivergence } from './D21-host-divergence.ts';
import { unstableRead } from './D22-unstable-read.ts';
import { interleavedWrite } from './D10-interleaved-write.ts';
import { lostSharedWrite } from './D04-lost-shared-write.ts';
import { appendLost } from './A01-append-lost.ts';
import { appendOverlapped } from './A02-append-overlapped.ts';
import { appendDuplicated } from './A03-append-duplicated.ts';
import { appendReordered } from './A04-append-reordered.ts';
import { appendTorn } from './A05-append-torn.ts';
import { listingOmits } from './N01-listing-omits.ts';
import { listingRepeats } from './N02-listing-repeats.ts';
import { listingInvents } from './N03-listing-invents.ts';
import { twoMakersFault } from './N07-two-makers.ts';
import { twoMoversFault } from './N08-two-movers.ts';
import { twoRemoversFault } from './N09-two-removers.ts';
import { hungOperation } from './H01-hung-operation.ts';
import { errorStorm } from './H02-error-storm.ts';
import { lostHost } from './H03-lost-host.ts';
import type { Fault } from './fault.ts';

export const faults: readonly Fault[] = [
  lostFile,
  resurrectedFile,
  phantomFile,
  lostWrite,
  corruptChunk,
  misplacedChunk,
  crossFileChunk,
  foreignData,
  zeroedChunk,
  holedCopy,
  staleRead,
  nonMonotonicRead,
  readYourWritesBroken,
  shortRead,
  sizeMismatch,
  lostAppend,
  truncateResurrection,
  hostDivergence,
  unstableRead,
  interleavedWrite,
  lostSharedWrite,
  appendLost,
  appendOverlapped,
  appendDuplicated,
  appendReordered,
  appendTorn,
  listingOmits,
  listingRepeats,
  listingInvents,
  twoMakersFault,
  twoMoversFault,
  twoRemoversFault,
  hungOperation,
  errorStorm,
  lostHost,
];
