import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as z from 'zod';
import { encodeJunit } from '../../../src/formats/write/junit.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { defaultLimits } from '../../../src/model/plan.ts';
import type { CheckRun, Run, RunHost } from '../../../src/model/run.ts';

const attributes = z.looseObject({
  '@name': z.string(),
  '@tests': z.string(),
  '@failures': z.string(),
  '@errors': z.string(),
});
const suiteSchema = attributes.extend({
  testcase: z.array(
    z.looseObject({ '@name': z.string(), failure: z.unknown().optional(), error: z.unknown().optional() }),
  ),
});
const junitSchema = z.object({ testsuites: attributes.extend({ testsuite: z.array(suiteSchema) }) });

function runOf(changes: Partial<Run>): Run {
  return {
    version: 1,
    verdict: 'pass',
    reasons: [],
    plan: {
      version: 1,
      run: 'r1',
      funbric: '0.0.0',
      createdAt: '2025-01-01T00:00:00.000Z',
      seed: 1,
      hosts: [],
      tasks: [],
      limits: defaultLimits,
      isKept: false,
    },
    hosts: [],
    operations: [],
    findings: [],
    checks: [],
    timeline: [],
    evidence: { journals: 0, records: 0, chunksVerified: 0, filesVerified: 0 },
    ...changes,
  };
}

function host(changes: Partial<RunHost>): RunHost {
  const none = { operations: 0, errors: 0, bytes: 0, perSecond: 0, gaps: [], phases: [], commands: [] };
  return { index: 0, name: 'a', status: 'completed', ...none, ...changes };
}

const finding: Finding = {
  code: 'D05',
  grade: 'proven',
  host: 'a',
  file: 'own/0000/d0/f000',
  offset: 12,
  count: 1,
  expected: 'a',
  found: 'b',
  witness: [],
};
const check: CheckRun = { code: 'D05', claim: 'every chunk is whole', findings: 0 };

function decode(text: string): z.infer<typeof junitSchema>['testsuites'] {
  assert.equal(XMLValidator.validate(text), true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    isArray: (name) => name === 'testcase' || name === 'testsuite',
  });
  return junitSchema.parse(parser.parse(text)).testsuites;
}

describe('junit.xml', () => {
  const command = { task: 't', phase: 'run' as const, command: 'false', stdout: 'out', stderr: '', elapsedMs: 1500 };
  const runs: readonly (readonly [about: string, run: Run, failures: number, errors: number])[] = [
    ['a clean run', runOf({ hosts: [host({ commands: [{ ...command, exit: 0 }] })], checks: [check] }), 0, 0],
    ['a failed host', runOf({ hosts: [host({ status: 'failed', reason: 'no space' }), host({ name: 'b' })] }), 1, 0],
    ['a lost host and one with gaps', runOf({ hosts: [host({ status: 'lost' }), host({ gaps: ['cut'] })] }), 0, 2],
    ['a command without an exit code', runOf({ hosts: [host({ commands: [{ ...command, exit: 'SIGKILL' }] })] }), 0, 1],
    ['a proven finding', runOf({ hosts: [host({})], checks: [check], findings: [finding, finding] }), 1, 0],
    ['a suspect finding', runOf({ checks: [check], findings: [{ ...finding, grade: 'suspect' }] }), 0, 0],
    ['a crashed check', runOf({ checks: [{ ...check, crashed: 'a bug' }] }), 0, 1],
  ];
  for (const [about, run, failures, errors] of runs) {
    it(`has a suite a host and a case a check, and counts what is there: ${about}`, () => {
      const suites = decode(encodeJunit(run));
      assert.equal(suites.testsuite.length, run.hosts.length + (run.checks.length > 0 ? 1 : 0));
      assert.deepEqual([suites['@failures'], suites['@errors']], [String(failures), String(errors)]);
      for (const suite of suites.testsuite) {
        assert.equal(Number(suite['@tests']), suite.testcase.length);
        assert.equal(Number(suite['@failures']), suite.testcase.filter(({ failure }) => failure !== undefined).length);
        assert.equal(Number(suite['@errors']), suite.testcase.filter(({ error }) => error !== undefined).length);
      }
    });
  }

  it('holds any text of a host without breaking', () => {
    const hostile = '\u0000\u001b[31m</testsuite><x a="&amp;\'">]]>\ud800\ufffe';
    const text = encodeJunit(runOf({ hosts: [host({ name: hostile, status: 'lost', reason: hostile })] }));
    assert.ok(Array.from(text).every((character) => character >= ' ' || character === '\n'));
    assert.ok(!/\p{Surrogate}/u.test(text));
    const [suite] = decode(text).testsuite;
    assert.equal(suite?.['@name'], '[31m</testsuite><x a="&amp;\'">]]>');
  });
});
