/** The sections, in the order of the page: first what it means, last how it came about. */
import type { Section } from '../section.ts';
import { checksSection } from './checks.ts';
import { clocksSection } from './clocks.ts';
import { commandsSection } from './commands.ts';
import { environmentSection } from './environment.ts';
import { errorsSection } from './errors.ts';
import { findingsSection } from './findings.ts';
import { hostsSection } from './hosts.ts';
import { lifelinesSection } from './lifelines.ts';
import { methodSection } from './method.ts';
import { operationsSection } from './operations.ts';
import { spectrumSection } from './spectrum.ts';
import { throughputSection } from './throughput.ts';
import { verdictSection } from './verdict.ts';
import { vitalsSection } from './vitals.ts';

export const sections: readonly Section[] = [
  verdictSection,
  findingsSection,
  hostsSection,
  operationsSection,
  throughputSection,
  lifelinesSection,
  spectrumSection,
  errorsSection,
  vitalsSection,
  commandsSection,
  clocksSection,
  environmentSection,
  checksSection,
  methodSection,
];
