import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fioJob } from '../../support/result-files.ts';
import { junitOf, mergedOf, type Given } from '../../support/tool-results.ts';

/** Hosts h1, h2, ... */
function merged(...cases: readonly Parameters<typeof junitOf>[0][]): ReturnType<typeof mergedOf> {
  const given = cases.map((own, at): Given => ({ host: `h${at + 1}`, text: junitOf(own, `hostname="h${at + 1}"`) }));
  return mergedOf(given);
}

describe('functional tests over hosts', () => {
  it('fail the run where one fails on any host, and say on which', () => {
    const { failures, cases } = merged(
      { one: 'passed', two: 'failed' },
      { one: 'passed', two: 'passed' },
      { one: 'passed', two: 'failed' },
    );
    assert.deepEqual(failures, ['case A.two fails on 2 of 3: h[1,3]']);
    const [two, one] = cases.cases ?? [];
    assert.deepEqual(two?.outcomes, [
      { outcome: 'failed', hosts: ['h1', 'h3'] },
      { outcome: 'passed', hosts: ['h2'] },
    ]);
    assert.deepEqual(two?.failures, [{ message: 'expected 1', text: 'at a.c:1', hosts: ['h1', 'h3'] }]);
    assert.deepEqual([one?.name, one?.outcome, one?.seconds], ['one', 'passed', { min: 0.5, max: 0.5 }]);
    assert.deepEqual(cases.caseCounts, { cases: 6, passed: 4, skipped: 0, flaky: 0, failed: 2, error: 0, leftOut: 0 });
  });

  it('pass where some are flaky or skipped, which is shown', () => {
    const { failures, gaps, cases } = merged({ one: 'flaky', two: 'skipped' }, { one: 'passed', two: 'passed' });
    assert.deepEqual([failures, gaps], [[], []]);
    assert.deepEqual(
      cases.cases?.map(({ name, outcome }) => [name, outcome]),
      [
        ['one', 'flaky'],
        ['two', 'skipped'],
      ],
    );
  });

  it('are incomplete where most hosts ran one and some did not', () => {
    const { gaps } = merged({ one: 'passed', two: 'passed' }, { one: 'passed', two: 'passed' }, { one: 'passed' });
    assert.deepEqual(gaps, ['case A.two was not run on h3']);
  });

  it('miss nothing where each host runs its share', () => {
    assert.deepEqual(merged({ one: 'passed' }, { two: 'passed' }, { three: 'passed' }).gaps, []);
  });

  it('of the same name within one file all count, the worst says how it ended', () => {
    const twice = junitOf({ one: 'passed' }).replace(
      '</testsuite>',
      '<testcase classname="A" name="one"><error/></testcase></testsuite>',
    );
    const { cases, receipt, failures } = mergedOf([{ host: 'h1', text: twice }]);
    assert.equal(cases.cases?.[0]?.outcome, 'error');
    assert.deepEqual(receipt.sums, [{ what: 'cases', parts: 2, whole: 2 }]);
    assert.equal(failures.length, 1);
  });
});

describe('data that a tool verified', () => {
  const fio = (host: string, job: object, before = ''): Given => ({
    host,
    text: `${before}${JSON.stringify({ 'fio version': 'fio-3.33', timestamp_ms: 1_735_787_050_500, 'global options': { verify: 'crc32c' }, jobs: [fioJob('one', { ios: 10, bytes: 40_960 }, { hostname: host, ...job })] })}`,
  });

  it('is a proven finding with file and offset where it is wrong, and a check that held where it is not', () => {
    const words =
      'crc32c: verify failed at file /mnt/x.0.0 offset 8192, length 4096 (requested block: offset=8192, length=4096)\n';
    const { findings, checks } = mergedOf([fio('a', {}), fio('b', { error: 84 }, words)]);
    assert.deepEqual(
      findings.map(({ code, grade, host, file, offset }) => [code, grade, host, file, offset]),
      [['T01', 'proven', 'b', '/mnt/x.0.0', 8192]],
    );
    assert.deepEqual(
      checks.map(({ code, findings: found }) => [code, found]),
      [['T01', 1]],
    );
    assert.deepEqual(
      mergedOf([fio('a', {})]).checks.map(({ findings: found }) => found),
      [0],
    );
  });

  it('of a job that ended with another error is missing', () => {
    const { findings, hosts } = mergedOf([fio('a', { error: 28 })]);
    assert.deepEqual(findings, []);
    assert.match(hosts[0]?.gaps.join('') ?? '', /fio says: one ended with error 28/);
  });
});
