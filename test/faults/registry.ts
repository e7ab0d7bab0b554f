/** Every fault, in the order of the codes. */
import { lostSync } from './C01-lost-sync.ts';
import { lostClose } from './C02-lost-close.ts';
import { lostRename } from './C03-lost-rename.ts';
import { lostEntry } from './C04-lost-entry.ts';
import { tornByCrash } from './C05-torn-by-crash.ts';
import { silentWriteError } from './C06-silent-write-error.ts';
import { lostFile } from './D01-lost-file.ts';
import { resurrectedFile } from './D02-resurrected-file.ts';
import { phantomFile } from './D03-phantom-file.ts';
import { lostWrite } from './D04-lost-write.ts';
import { corruptChunk } from './D05-corrupt-chunk.ts';
import { misplacedChunk } from './D06-misplaced-chunk.ts';
import { crossFileChunk } from './D07-cross-file-chunk.ts';
import { foreignData } from './D08-foreign-data.ts';
import { tornWrite } from './D09-torn-write.ts';
import { holedCopy } from './D11-holed-copy.ts';
import { zeroingAllocation } from './D11-zeroing-allocation.ts';
import { zeroedChunk } from './D11-zeroed-chunk.ts';
import { staleRead } from './D12-stale-read.ts';
import { nonMonotonicRead } from './D13-non-monotonic-read.ts';
import { readYourWritesBroken } from './D14-read-your-writes.ts';
import { futureRead } from './D15-future-read.ts';
import { failedWriteVisible } from './D16-failed-write.ts';
import { shortRead } from './D17-short-read.ts';
import { lostAllocation } from './D19-lost-allocation.ts';
import { lostAppend } from './D19-lost-append.ts';
import { lyingShortWrite } from './D18-lying-short-write.ts';
import { sizeMismatch } from './D19-size-mismatch.ts';
import { lostHole } from './D20-lost-hole.ts';
import { edgeResurrection } from './D20-edge-resurrection.ts';
import { truncateResurrection } from './D20-truncate-resurrection.ts';
import { hostDivergence } from './D21-host-divergence.ts';
import { unstableRead } from './D22-unstable-read.ts';
import { duplicatedWrite } from './D23-duplicated-write.ts';
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
import { listingLate } from './N04-listing-late.ts';
import { renameGap } from './N05-rename-gap.ts';
import { halfRename } from './N06-half-rename.ts';
import { twoMakersFault } from './N07-two-makers.ts';
import { twoMoversFault } from './N08-two-movers.ts';
import { twoRemoversFault } from './N09-two-removers.ts';
import { impossibleErrno } from './N10-impossible-errno.ts';
import { staleNegativeEntry } from './N13-stale-negative-entry.ts';
import { mtimeGoesBack } from './M01-mtime-backwards.ts';
import { ctimeGoesBack } from './M02-ctime-backwards.ts';
import { wrongLinkCount } from './M03-wrong-link-count.ts';
import { staleAttribute } from './M04-stale-attribute.ts';
import { staleMode } from './M04-stale-mode.ts';
import { lostAttribute } from './M05-lost-attribute.ts';
import { swappedAttribute } from './M05-swapped-attribute.ts';
import { lostMode } from './M05-lost-mode.ts';
import { inodeChanges } from './M06-inode-changed.ts';
import { twoHoldersFault } from './L01-two-holders.ts';
import { sharedAndExclusiveFault } from './L02-shared-and-exclusive.ts';
import { lostLockFault } from './L03-lost-lock.ts';
import { leakedLockFault } from './L04-leaked-lock.ts';
import { staleUnderLockFault } from './L05-stale-under-lock.ts';
import { rangeLeakFault } from './L06-range-leak.ts';
import { closeToOpenBroken } from './V01-close-to-open.ts';
import { visibilityLatency } from './V02-visibility-latency.ts';
import { staleAttributes } from './V03-attribute-staleness.ts';
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
  tornWrite,
  zeroedChunk,
  holedCopy,
  zeroingAllocation,
  staleRead,
  nonMonotonicRead,
  readYourWritesBroken,
  futureRead,
  failedWriteVisible,
  shortRead,
  lyingShortWrite,
  sizeMismatch,
  lostAppend,
  lostAllocation,
  truncateResurrection,
  lostHole,
  edgeResurrection,
  hostDivergence,
  unstableRead,
  duplicatedWrite,
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
  listingLate,
  renameGap,
  halfRename,
  twoMakersFault,
  twoMoversFault,
  twoRemoversFault,
  impossibleErrno,
  staleNegativeEntry,
  mtimeGoesBack,
  ctimeGoesBack,
  wrongLinkCount,
  staleMode,
  staleAttribute,
  lostMode,
  lostAttribute,
  swappedAttribute,
  inodeChanges,
  twoHoldersFault,
  sharedAndExclusiveFault,
  lostLockFault,
  leakedLockFault,
  staleUnderLockFault,
  rangeLeakFault,
  closeToOpenBroken,
  visibilityLatency,
  staleAttributes,
  hungOperation,
  errorStorm,
  lostHost,
  lostSync,
  lostClose,
  lostRename,
  lostEntry,
  tornByCrash,
  silentWriteError,
];
