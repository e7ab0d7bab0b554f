/** Who looks at a file of another host sees the mode and the extended attribute that it has, not those that it had. Stale sizes are V03's. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const staleModes: Check = {
  code: 'M04',
  claim: 'every look at a file of another host sees its mode and extended attribute as they certainly are',
  examine: (history) => attributeFindings(history, 'M04'),
};
