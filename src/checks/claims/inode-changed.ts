/** A file keeps its inode as long as it lives: hard links, backups and tail -F know it by that. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const changedInodes: Check = {
  code: 'M06',
  claim: 'every file keeps its inode under whatever name',
  examine: (history) => attributeFindings(history, 'M06'),
};
