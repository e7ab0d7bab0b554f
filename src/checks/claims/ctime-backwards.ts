/** Nobody can set the ctime of a file, so that it only goes forward: backups stand on it. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const ctimeBackwards: Check = {
  code: 'M02',
  claim: "no file's ctime goes back",
  examine: (history) => attributeFindings(history, 'M02'),
};
