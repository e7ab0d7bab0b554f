/** The sections, in the order of the page: first what it means, last how it came about. */
import type { Section } from '../section.ts';
import { checksSection } from './checks.ts';
import { commandsSection } from './commands.ts';
import { environmentSection } from './environment.ts';
import { findingsSection } from './findings.ts';
import { hostsSection } from './hosts.ts';
import { methodSection } from './method.ts';
import { operationsSection } from './operations.ts';
import { throughputSection } from './throughput.ts';
import { verdictSection } from './verdict.ts';

export const sections: readonly Section[] = [
  verdictSection,
  findingsSection,
  hostsSection,
  operationsSection,
  throughputSection,
  commandsSection,
  environmentSection,
  checksSection,
  methodSection,
];
