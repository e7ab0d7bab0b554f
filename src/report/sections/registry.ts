/** The sections, in the order of the page: first what it means, last how it came about. */
import type { Section } from '../section.ts';
import { benchSection } from './bench.ts';
import { casesSection } from './cases.ts';
import { checksSection } from './checks.ts';
import { clocksSection } from './clocks.ts';
import { commandsSection } from './commands.ts';
import { consistencySection } from './consistency.ts';
import { countersSection } from './counters.ts';
import { cyclesSection } from './cycles.ts';
import { definitionsSection } from './definitions.ts';
import { environmentSection } from './environment.ts';
import { errorsSection } from './errors.ts';
import { expectationsSection } from './expectations.ts';
import { findingsSection } from './findings.ts';
import { hostsSection } from './hosts.ts';
import { inputsSection } from './inputs.ts';
import { ioJobsSection } from './io-jobs.ts';
import { lifelinesSection } from './lifelines.ts';
import { loadSection } from './load.ts';
import { methodSection } from './method.ts';
import { monitoredSection } from './monitored.ts';
import { operationsSection } from './operations.ts';
import { requestsSection } from './requests.ts';
import { slowestRequestsSection } from './slowest-requests.ts';
import { spectrumSection } from './spectrum.ts';
import { throughputSection } from './throughput.ts';
import { verdictSection } from './verdict.ts';
import { visibilitySection } from './visibility.ts';
import { vitalsSection } from './vitals.ts';

export const sections: readonly Section[] = [
  verdictSection,
  findingsSection,
  casesSection,
  expectationsSection,
  consistencySection,
  hostsSection,
  benchSection,
  cyclesSection,
  loadSection,
  slowestRequestsSection,
  requestsSection,
  operationsSection,
  ioJobsSection,
  throughputSection,
  lifelinesSection,
  spectrumSection,
  visibilitySection,
  errorsSection,
  monitoredSection,
  vitalsSection,
  countersSection,
  commandsSection,
  inputsSection,
  clocksSection,
  environmentSection,
  checksSection,
  definitionsSection,
  methodSection,
];
