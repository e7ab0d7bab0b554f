/** Functional tests of a host as its cases: each with the outcome that it had there, and what failed on it. */
import type { RunCase } from '../../model/receipt.ts';
import type { Run } from '../../model/run.ts';
import type { Case } from './junit-xml.ts';

/** Of all hosts together: CI servers hold them in memory. The worst of a run come first. */
const maxCases = 100_000;

export function casesOfHost({ cases = [], hosts }: Run, host: string): readonly Case[] {
  const most = Math.max(1, Math.floor(maxCases / Math.max(1, hosts.length)));
  return cases.flatMap((one) => caseOn(one, host)).slice(0, most);
}

function caseOn(one: RunCase, host: string): readonly Case[] {
  const outcome = one.outcomes.find(({ hosts }) => hosts.includes(host))?.outcome;
  if (outcome === undefined) return [];
  const said = one.failures
    .filter(({ hosts }) => hosts.includes(host))
    .map(({ message, text }) => [message, text].filter((part) => part !== '').join('\n'));
  const texts = said.length === 0 ? [outcome] : said;
  return [
    {
      name: one.name,
      className: one.className === '' ? one.suites.join('.') : one.className,
      seconds: one.seconds?.max ?? 0,
      failures: outcome === 'failed' ? texts : [],
      errors: outcome === 'error' ? texts : [],
      output: outcome === 'flaky' ? `flaky: ${said.join('\n')}` : '',
      isSkipped: outcome === 'skipped',
    },
  ];
}
