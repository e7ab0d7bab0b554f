import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeSuites } from '../../../src/formats/write/junit-xml.ts';
import type { Case } from '../../../src/model/measured.ts';
import { junitText, measuredOf, readBytes } from '../../support/result-files.ts';

function suite(...cases: readonly string[]): string {
  return `<testsuite name="s">${cases.join('\n')}</testsuite>`;
}

function casesOf(text: string): readonly Case[] {
  return measuredOf(text).cases;
}

describe('a JUnit report', () => {
  const measured = measuredOf(junitText);

  it('has the cases of suites in suites, with what became of each', () => {
    assert.deepEqual(
      measured.cases.map(({ suites, name, outcome }) => [suites.join('/'), name, outcome]),
      [
        ['all/outer/inner', 'passes', 'passed'],
        ['all/outer/inner', 'fails', 'failed'],
        ['all/outer/inner', 'errs', 'error'],
        ['all/outer/inner', 'skips', 'skipped'],
        ['all/outer', 'flaky', 'flaky'],
        ['all/outer', 'reruns', 'failed'],
      ],
    );
    assert.equal(measured.host, 'web-3');
    assert.deepEqual(measured.said, { kind: 'local', text: '2025-01-02T03:04:05' });
  });

  it('counts the cases, and sets the counts that the file claims beside them', () => {
    const wrong = measured.claims.filter(({ said, counted }) => said !== counted);
    assert.deepEqual(wrong, [
      { what: 'tests of all', said: 7, counted: 6 },
      { what: 'failures of all', said: 1, counted: 2 },
    ]);
    assert.equal(measured.claims.length, 4);
  });

  it('knows what was run again: flaky where it passed in the end, failed where it never did', () => {
    assert.deepEqual(
      measured.cases.slice(4).map(({ outcome, reruns, message }) => [outcome, reruns, message]),
      [
        ['flaky', 1, 'first try'],
        ['failed', 2, 'last'],
      ],
    );
  });

  it('keeps why a case failed, and what it printed', () => {
    const [, failed, errs] = measured.cases;
    assert.deepEqual([failed?.message, errs?.message], ['expected 1', 'IOError']);
    assert.equal(failed?.text, 'at <a.c>:1 & moresaid <so>');
  });

  const times: readonly (readonly [said: string, seconds: number | undefined])[] = [
    ['0.5', 0.5],
    ['1,234.5', 1234.5],
    ['1,234,567', 1_234_567],
    ['0,003', 0.003],
    ['2,5', 2.5],
    ['1,234', undefined],
    ['-1', undefined],
    ['', undefined],
    ['&lt;&lt;computed>>', undefined],
    ['NaN', undefined],
    ['3e-2', 0.03],
  ];
  for (const [said, expected] of times) {
    it(`takes the time "${said}" for ${expected === undefined ? 'none' : `${expected} s`}`, () => {
      const { warnings, results } = readBytes(suite(`<testcase name="a" time="${said}"/>`));
      assert.equal(results[0]?.cases[0]?.seconds, expected);
      assert.equal(warnings.length, expected === undefined ? 1 : 0);
    });
  }

  it('has no time where a case says none, and no complaint', () => {
    const { warnings, results } = readBytes(suite('<testcase name="a"/>'));
    assert.deepEqual([warnings, results[0]?.cases[0]?.seconds], [[], undefined]);
  });

  it('shows a suite that failed outside of its cases as a case without a name', () => {
    const [own, case1] = casesOf(suite('<error message="no database">trace</error>', '<testcase name="a"/>'));
    assert.deepEqual([own?.outcome, own?.name, own?.message, own?.text], ['error', '', 'no database', 'trace']);
    assert.deepEqual([case1?.outcome, case1?.name], ['passed', 'a']);
  });

  it('reads one that is not well-formed, with a "<" in an attribute, and says where', () => {
    const { end, warnings, results } = readBytes(
      suite('<testcase name="a" time="1"/>', '<testcase name="b<c" time="1"/>'),
    );
    assert.equal(end.kind, 'whole');
    assert.equal(results[0]?.cases[1]?.name, 'b<c');
    assert.match(warnings.join(), /^line 2: a "<" in an attribute/);
  });

  it('breaks where tags do not nest, with the cases before it', () => {
    const { end, results } = readBytes(
      suite('<testcase name="a"/>', '<testcase name="b"></testcas>', '<testcase name="c"/>'),
    );
    assert.ok(end.kind === 'broken' && end.line === 2);
    assert.deepEqual(
      results[0]?.cases.map(({ name }) => name),
      ['a'],
    );
  });

  it('keeps the text of so many cases as memory should hold, and says so of the others', () => {
    const printed = `<testcase name="a"><system-out>${'x'.repeat(2040)}</system-out></testcase>`;
    const { warnings, results } = readBytes(suite(printed.repeat(17_000)));
    assert.equal(results[0]?.cases.length, 17_000);
    assert.ok(results[0]?.cases.some(({ text }) => text === ''));
    assert.match(warnings.join(), /more text than is kept/);
  });

  it('has a moment where the timestamp has a zone', () => {
    const zoned = `<testsuites timestamp="2024-12-02T20:06:10.512+01:00"><testsuite name="s"/></testsuites>`;
    assert.deepEqual(measuredOf(zoned).said, { kind: 'absolute', epochMs: Date.UTC(2024, 11, 2, 19, 6, 10, 512) });
  });

  it('reads back what we write ourselves', () => {
    const hostile = 'a"&<>\'\n\u001b]]>';
    const text = encodeSuites('run', [
      {
        name: 'host',
        cases: [
          { name: hostile, className: 'c', seconds: 1.5, failures: [hostile], errors: [], output: '' },
          { name: 'ok', className: 'c', seconds: 0, failures: [], errors: [], output: 'said' },
        ],
      },
    ]);
    const { end, warnings } = readBytes(text);
    assert.deepEqual([end.kind, warnings], ['whole', []]);
    const own = measuredOf(text);
    assert.deepEqual(
      own.cases.map(({ outcome, seconds }) => [outcome, seconds]),
      [
        ['failed', 1.5],
        ['passed', 0],
      ],
    );
    assert.ok(own.claims.every(({ said, counted }) => said === counted));
  });
});
