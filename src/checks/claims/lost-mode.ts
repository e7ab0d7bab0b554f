/** Permissions and extended attributes that were set are kept. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const lostModes: Check = {
  code: 'M05',
  claim: 'every file has the mode and the extended attribute that were set last',
  examine: (history) => attributeFindings(history, 'M05'),
};
