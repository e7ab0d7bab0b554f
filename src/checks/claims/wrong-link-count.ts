/** A file with one name has a link count of one: what counts links decides by it when data can go. */
import type { Check } from '../check.ts';
import { attributeFindings } from '../attributes/attribute-findings.ts';

export const wrongLinkCounts: Check = {
  code: 'M03',
  claim: 'every file with one name has a link count of 1',
  examine: (history) => attributeFindings(history, 'M03'),
};
