/**
 * A run as JUnit XML, for CI servers: one suite a host (what it did and ran), and a suite `integrity` with a case for
 * each check. All texts of hosts are escaped, and stripped of what XML can't hold.
 */
import { XMLBuilder } from 'fast-xml-parser';
import type { Run, RunHost } from '../model/run.ts';

export interface Case {
  readonly name: string;
  readonly className: string;
  readonly seconds: number;
  readonly failures: readonly string[];
  readonly errors: readonly string[];
  readonly output: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

export function encodeJunit(run: Run): string {
  const suites = [...run.hosts.map(hostSuite), ...(run.checks.length === 0 ? [] : [integritySuite(run)])];
  return encodeSuites(`funbric ${run.plan.run}`, suites);
}

export function encodeSuites(name: string, suites: readonly Suite[]): string {
  const builder = new XMLBuilder({
    attributeNamePrefix: '@',
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    processEntities: true,
  });
  const body: string = builder.build({
    testsuites: {
      '@name': clean(name),
      ...counts(suites.flatMap(({ cases }) => cases)),
      testsuite: suites.map(suiteElement),
    },
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

function hostSuite(host: RunHost): Suite {
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
  return { name: host.name, cases: [row, ...commands] };
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

function suiteElement({ name, cases }: Suite): object {
  return { '@name': clean(name), ...counts(cases), testcase: cases.map(caseElement) };
}

function counts(cases: readonly Case[]): Record<'@tests' | '@failures' | '@errors', number> {
  return {
    '@tests': cases.length,
    '@failures': cases.filter(({ failures }) => failures.length > 0).length,
    '@errors': cases.filter(({ failures, errors }) => failures.length === 0 && errors.length > 0).length,
  };
}

/** A case has one outcome: further texts follow in the same element. */
function caseElement({ name, className, seconds, failures, errors, output }: Case): object {
  const kind = failures.length > 0 ? 'failure' : 'error';
  const texts = [...failures, ...errors];
  return {
    '@name': clean(name),
    '@classname': clean(className),
    '@time': seconds.toFixed(3),
    ...(texts.length === 0 ? {} : { [kind]: { '@message': clean(texts[0] ?? ''), '#text': clean(texts.join('\n')) } }),
    ...(output === '' ? {} : { 'system-out': clean(output) }),
  };
}

/** Longer texts are in run.json. */
const maxText = 16_384;

/** Without what XML 1.0 forbids: control characters, halves of surrogate pairs, two non-characters. */
function clean(text: string): string {
  return text.slice(0, maxText).replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}
