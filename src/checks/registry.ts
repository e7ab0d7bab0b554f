/** Every check, in the order of the codes. */
import type { Check } from './check.ts';
import { corruptChunks } from './corrupt-chunk.ts';
import { crossFileChunks } from './cross-file-chunk.ts';
import { errorStorms } from './error-storm.ts';
import { foreignData } from './foreign-data.ts';
import { hostDivergences } from './host-divergence.ts';
import { inventedNames } from './listing-invents.ts';
import { omittedNames } from './listing-omits.ts';
import { repeatedNames } from './listing-repeats.ts';
import { hungOperations } from './hung-operation.ts';
import { lostFiles } from './lost-file.ts';
import { lostHosts } from './lost-host.ts';
import { lostWrites } from './lost-write.ts';
import { misplacedChunks } from './misplaced-chunk.ts';
import { phantomFiles } from './phantom-file.ts';
import { nonMonotonicReads } from './non-monotonic-read.ts';
import { readYourWrites } from './read-your-writes.ts';
import { resurrectedFiles } from './resurrected-file.ts';
import { shortReads } from './short-read.ts';
import { sizeMismatches } from './size-mismatch.ts';
import { staleReadsCheck } from './stale-read.ts';
import { truncateResurrections } from './truncate-resurrection.ts';
import { unstableReads } from './unstable-read.ts';
import { zeroedChunks } from './zeroed-chunk.ts';

export const checks: readonly Check[] = [
  lostFiles,
  resurrectedFiles,
  phantomFiles,
  lostWrites,
  corruptChunks,
  misplacedChunks,
  crossFileChunks,
  foreignData,
  zeroedChunks,
  staleReadsCheck,
  nonMonotonicReads,
  readYourWrites,
  shortReads,
  sizeMismatches,
  truncateResurrections,
  hostDivergences,
  unstableReads,
  omittedNames,
  repeatedNames,
  inventedNames,
  hungOperations,
  errorStorms,
  lostHosts,
];
