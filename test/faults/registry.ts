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
import { lostAppend } from './D19-lost-append.ts';
import { sizeMismatch } from './D19-size-mismatch.ts';
import { truncateResurrection } from './D20-truncate-resurrection.ts';
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
  sizeMismatch,
  lostAppend,
  truncateResurrection,
];
