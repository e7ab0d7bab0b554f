/** Every check, in the order of the codes. */
import type { Check } from './check.ts';
import { corruptChunks } from './corrupt-chunk.ts';
import { crossFileChunks } from './cross-file-chunk.ts';
import { errorStorms } from './error-storm.ts';
import { foreignData } from './foreign-data.ts';
import { hungOperations } from './hung-operation.ts';
import { lostFiles } from './lost-file.ts';
import { lostHosts } from './lost-host.ts';
import { lostWrites } from './lost-write.ts';
import { misplacedChunks } from './misplaced-chunk.ts';
import { phantomFiles } from './phantom-file.ts';
import { resurrectedFiles } from './resurrected-file.ts';
import { sizeMismatches } from './size-mismatch.ts';
import { truncateResurrections } from './truncate-resurrection.ts';
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
  sizeMismatches,
  truncateResurrections,
  hungOperations,
  errorStorms,
  lostHosts,
];
