import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as z from 'zod';
import { encodeJunit } from '../../src/formats/junit.ts';
import { runSchema, type Run } from '../../src/model/run.ts';

const attributes = z.looseObject({
  '@name': z.string(),
  '@tests': z.string(),
  '@failures': z.string(),
  '@errors': z.string(),
});
const suiteSchema = attributes.extend({
  testcase: z.array(z.looseObject({ '@name': z.string(), failure: z.unknown(), error: z.unknown() })),
});
const junitSchema = z.object({ testsuites: attributes.extend({ testsuite: z.array(suiteSchema) }) });

function golden(name: string): Run {
  return runSchema.parse(
    JSON.parse(readFileSync(fileURLToPath(new URL(`../../../test/golden/${name}.json`, import.meta.url)), 'utf8')),
  );
}

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
  for (const name of ['pass', 'fail', 'incomplete', 'hostile']) {
    it(`has a suite a host and a case a check, and counts what is there: ${name}`, () => {
      const run = golden(name);
      const suites = decode(encodeJunit(run));
      assert.equal(suites.testsuite.length, run.hosts.length + (run.checks.length > 0 ? 1 : 0));
      for (const suite of suites.testsuite) {
        assert.equal(Number(suite['@tests']), suite.testcase.length);
        assert.equal(Number(suite['@failures']), suite.testcase.filter(({ failure }) => failure !== undefined).length);
        assert.equal(Number(suite['@errors']), suite.testcase.filter(({ error }) => error !== undefined).length);
      }
      const isBad = Number(suites['@failures']) + Number(suites['@errors']) > 0;
      assert.equal(isBad, run.verdict !== 'pass');
    });
  }

  it('holds any text of a host without breaking', () => {
    const run = golden('hostile');
    const hostile = '\u0000\u001b[31m</testsuite><x a="&amp;\'">]]>\ud800\ufffe';
    const [host] = run.hosts;
    assert.ok(host !== undefined);
    const text = encodeJunit({ ...run, hosts: [{ ...host, name: hostile, status: 'lost', reason: hostile }] });
    assert.doesNotMatch(text, new RegExp('[\\u0000-\\u0008\\u001b]|[\\ud800-\\udfff]', 'u'));
    const [suite] = decode(text).testsuite;
    assert.equal(suite?.['@name'], '[31m</testsuite><x a="&amp;\'">]]>');
  });
});
