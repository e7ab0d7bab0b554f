/**
 * A run as JUnit XML, for CI servers: one suite a host (what it did and ran), and a suite `integrity` with a case for
 * each check, and one with what was expected of its figures.
 */
import { figureText } from '../../model/expectation.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { casesOfHost } from './junit-cases.ts';
import { encodeSuites, type Case, type Suite } from './junit-xml.ts';
import type { Writer } from './writer.ts';

export const junit: Writer = {
  name: 'junit',
  summary: 'JUnit XML, for CI servers; a run writes it by itself',
  files: (run) => [{ name: 'junit.xml', text: encodeJunit(run) }],
};

export function encodeJunit(run: Run): string {
  const suites = [
    ...run.hosts.map((host) => hostSuite(host, run)),
    ...(run.checks.length === 0 ? [] : [integritySuite(run)]),
    ...expectationsSuite(run),
  ];
  return encodeSuites(`funbric ${run.plan.run}`, suites);
}

function hostSuite(host: RunHost, run: Run): Suite {
  const isGone = host.status === 'lost' || host.status === 'unreachable';
  const reason = host.reason ?? host.status;
  const row: Case = {
    name: 'host',
    className: host.name,
    seconds: 0,
    failures: host.status === 'failed' ? [reason] : [],
    errors: [...(isGone ? [`${host.status}: ${reason}`] : []), ...host.gaps],
    output: '',
  };
  const commands = host.commands.map(({ task, phase, command, exit, stdout, stderr, elapsedMs }): Case => {
    // Tasks decide whether an exit code fails them; a command that ended on a signal or not at all did nothing certain.
    const errors = typeof exit === 'number' ? [] : [`ended with ${exit}`];
    const output = `${stdout}${stderr}`;
    return {
      name: `${task} ${phase}: ${command}`,
      className: host.name,
      seconds: elapsedMs / 1000,
      failures: [],
      errors,
      output,
    };
  });
  return { name: host.name, cases: [row, ...commands, ...casesOfHost(run, host.name)] };
}

function integritySuite(run: Run): Suite {
  return {
    name: 'integrity',
    cases: run.checks.map(({ code, claim, crashed }) => {
      const texts = (isProven: boolean): readonly string[] =>
        run.findings
          .filter((finding) => finding.code === code && (finding.grade === 'proven') === isProven)
          .map(
            ({ host, file, offset, expected, found, grade }) =>
              `${grade}: ${file}${offset === undefined ? '' : ` at byte ${offset}`}: expected ${expected}; ${host} found ${found}`,
          );
      return {
        name: `${code} ${claim}`,
        className: 'integrity',
        seconds: 0,
        failures: texts(true),
        errors: crashed === undefined ? [] : [`the check crashed: ${crashed}`],
        output: texts(false).join('\n'),
      };
    }),
  };
}

/** None where nothing was expected. */
function expectationsSuite({ expectations = [] }: Run): readonly Suite[] {
  if (expectations.length === 0) return [];
  const cases = expectations.map(({ asked, outcome, found, unit, why = '' }): Case => ({
    name: asked,
    className: 'expectations',
    seconds: 0,
    failures: outcome === 'missed' ? [`found ${figureText(found ?? 0, unit)}`] : [],
    errors: outcome === 'unknown' ? [`can't be told: ${why}`] : [],
    output: '',
  }));
  return [{ name: 'expectations', cases }];
}
