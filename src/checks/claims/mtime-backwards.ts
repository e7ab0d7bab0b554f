/** The time of a file's last change never goes back by itself: builds, backups and caches decide by it. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const mtimeBackwards: Check = {
  code: 'M01',
  claim: "no file's mtime goes back unless somebody sets it",
  examine: (history) => attributeFindings(history, 'M01'),
};
