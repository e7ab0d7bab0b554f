/** Suites of cases as JUnit XML. All texts are stripped of what XML can't hold, and escaped. */
import { XMLBuilder } from 'fast-xml-parser';

export interface Case {
  readonly name: string;
  readonly className: string;
  readonly seconds: number;
  readonly failures: readonly string[];
  readonly errors: readonly string[];
  readonly output: string;
  readonly isSkipped?: boolean;
}

export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
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

function suiteElement({ name, cases }: Suite): object {
  return { '@name': clean(name), ...counts(cases), testcase: cases.map(caseElement) };
}

function counts(cases: readonly Case[]): Record<'@tests' | '@failures' | '@errors' | '@skipped', number> {
  return {
    '@tests': cases.length,
    '@failures': cases.filter(({ failures }) => failures.length > 0).length,
    '@errors': cases.filter(({ failures, errors }) => failures.length === 0 && errors.length > 0).length,
    '@skipped': cases.filter(({ isSkipped }) => isSkipped === true).length,
  };
}

/** A case has one outcome: further texts follow in the same element. */
function caseElement({ name, className, seconds, failures, errors, output, isSkipped }: Case): object {
  const kind = failures.length > 0 ? 'failure' : 'error';
  const texts = [...failures, ...errors];
  return {
    '@name': clean(name),
    '@classname': clean(className),
    '@time': seconds.toFixed(3),
    ...(texts.length === 0 ? {} : { [kind]: { '@message': clean(texts[0] ?? ''), '#text': clean(texts.join('\n')) } }),
    ...(isSkipped === true ? { skipped: '' } : {}),
    ...(output === '' ? {} : { 'system-out': clean(output) }),
  };
}

/** Longer texts are in run.json. */
const maxText = 16_384;

/** Without what XML 1.0 forbids: control characters, halves of surrogate pairs, two non-characters. */
function clean(text: string): string {
  return text.slice(0, maxText).replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}
