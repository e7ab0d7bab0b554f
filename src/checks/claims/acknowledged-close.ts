/** A client that sends what was written by the close keeps it until the server has it on disk: so what was closed is there after a crash. */
import type { Check } from '../check.ts';
import { contentFindings } from '../crash/crash-findings.ts';

export const closesLost: Check = {
  code: 'C02',
  claim: 'after a crash every file holds what it was closed with, where its mount promises that',
  examine: (history) => contentFindings(history, 'C02'),
};
