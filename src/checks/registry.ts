/** Every check, in the order of the codes. */
import type { Check } from './check.ts';
import { lostFiles } from './claims/lost-file.ts';
import { resurrectedFiles } from './claims/resurrected-file.ts';
import { phantomFiles } from './claims/phantom-file.ts';
import { lostWrites } from './claims/lost-write.ts';
import { corruptChunks } from './claims/corrupt-chunk.ts';
import { misplacedChunks } from './claims/misplaced-chunk.ts';
import { crossFileChunks } from './claims/cross-file-chunk.ts';
import { foreignData } from './claims/foreign-data.ts';
import { tornWrites } from './claims/torn-write.ts';
import { interleavedWrites } from './claims/interleaved-write.ts';
import { zeroedChunks } from './claims/zeroed-chunk.ts';
import { staleReadsCheck } from './claims/stale-read.ts';
import { nonMonotonicReads } from './claims/non-monotonic-read.ts';
import { readYourWrites } from './claims/read-your-writes.ts';
import { futureReads } from './claims/future-read.ts';
import { failedWrites } from './claims/failed-write.ts';
import { shortReads } from './claims/short-read.ts';
import { shortWrites } from './claims/short-write.ts';
import { sizeMismatches } from './claims/size-mismatch.ts';
import { truncateResurrections } from './claims/truncate-resurrection.ts';
import { hostDivergences } from './claims/host-divergence.ts';
import { unstableReads } from './claims/unstable-read.ts';
import { duplicatedWrites } from './claims/duplicated-write.ts';
import { appendsLost } from './claims/append-lost.ts';
import { appendsOverlapped } from './claims/append-overlapped.ts';
import { appendsDuplicated } from './claims/append-duplicated.ts';
import { appendsReordered } from './claims/append-reordered.ts';
import { appendsTorn } from './claims/append-torn.ts';
import { omittedNames } from './claims/listing-omits.ts';
import { repeatedNames } from './claims/listing-repeats.ts';
import { inventedNames } from './claims/listing-invents.ts';
import { lateNames } from './claims/listing-late.ts';
import { renameGaps } from './claims/rename-gap.ts';
import { halfRenames } from './claims/half-rename.ts';
import { twoMakers } from './claims/two-makers.ts';
import { twoMovers } from './claims/two-movers.ts';
import { twoRemovers } from './claims/two-removers.ts';
import { impossibleErrors } from './claims/impossible-errno.ts';
import { staleNegativeEntries } from './claims/stale-negative-entry.ts';
import { mtimeBackwards } from './claims/mtime-backwards.ts';
import { ctimeBackwards } from './claims/ctime-backwards.ts';
import { wrongLinkCounts } from './claims/wrong-link-count.ts';
import { staleModes } from './claims/stale-mode.ts';
import { lostModes } from './claims/lost-mode.ts';
import { changedInodes } from './claims/inode-changed.ts';
import { twoHolders } from './claims/two-holders.ts';
import { sharedAndExclusive } from './claims/shared-and-exclusive.ts';
import { lostLocks } from './claims/lost-lock.ts';
import { leakedLocks } from './claims/leaked-lock.ts';
import { staleUnderLock } from './claims/stale-under-lock.ts';
import { rangeLeaks } from './claims/range-leak.ts';
import { fsyncsLost } from './claims/acknowledged-fsync.ts';
import { closesLost } from './claims/acknowledged-close.ts';
import { renamesLost } from './claims/rename-lost.ts';
import { entriesLost } from './claims/entry-lost.ts';
import { tornByCrash } from './claims/torn-after-crash.ts';
import { silentLosses } from './claims/silent-write-error.ts';
import { closeToOpenCheck } from './claims/close-to-open.ts';
import { visibilityLatency } from './claims/visibility-latency.ts';
import { staleAttributes } from './claims/attribute-staleness.ts';
import { hungOperations } from './claims/hung-operation.ts';
import { errorStorms } from './claims/error-storm.ts';
import { lostHosts } from './claims/lost-host.ts';

export const checks: readonly Check[] = [
  lostFiles,
  resurrectedFiles,
  phantomFiles,
  lostWrites,
  corruptChunks,
  misplacedChunks,
  crossFileChunks,
  foreignData,
  tornWrites,
  interleavedWrites,
  zeroedChunks,
  staleReadsCheck,
  nonMonotonicReads,
  readYourWrites,
  futureReads,
  failedWrites,
  shortReads,
  shortWrites,
  sizeMismatches,
  truncateResurrections,
  hostDivergences,
  unstableReads,
  duplicatedWrites,
  appendsLost,
  appendsOverlapped,
  appendsDuplicated,
  appendsReordered,
  appendsTorn,
  omittedNames,
  repeatedNames,
  inventedNames,
  lateNames,
  renameGaps,
  halfRenames,
  twoMakers,
  twoMovers,
  twoRemovers,
  impossibleErrors,
  staleNegativeEntries,
  mtimeBackwards,
  ctimeBackwards,
  wrongLinkCounts,
  staleModes,
  lostModes,
  changedInodes,
  twoHolders,
  sharedAndExclusive,
  lostLocks,
  leakedLocks,
  staleUnderLock,
  rangeLeaks,
  fsyncsLost,
  closesLost,
  renamesLost,
  entriesLost,
  tornByCrash,
  silentLosses,
  closeToOpenCheck,
  visibilityLatency,
  staleAttributes,
  hungOperations,
  errorStorms,
  lostHosts,
];
