import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jtlText, readBytes } from '../../support/result-files.ts';

describe('a JMeter log', () => {
  const [first, second, ...others] = readBytes(jtlText).results;

  it('makes a result of each host of a distributed test', () => {
    assert.deepEqual([first?.host, second?.host, others.length], ['jm-1', 'jm-2', 0]);
  });

  it('counts a sample within another as a part of it, on the host of the outer one', () => {
    assert.deepEqual(
      first?.operations.map(({ kind, name, count, bytes }) => [kind, name, count, bytes]),
      [
        ['request', 'Home', 1, 611],
        ['part', 'Redirect', 1, 300],
      ],
    );
  });

  it('has times in seconds, and when it all was', () => {
    const [home] = first?.operations ?? [];
    const [{ spread } = { spread: undefined }] = home?.latencies ?? [];
    assert.ok(spread?.kind === 'samples');
    assert.deepEqual([...spread.samples.seconds], [0.645]);
    assert.deepEqual(first?.window, { fromMs: 1_735_787_045_000, toMs: 1_735_787_045_645 });
  });

  it('says why a sample failed: what its assertion said, else what the server did', () => {
    const [error] = second?.errors ?? [];
    assert.equal(error?.message, 'expected 200 & got none');
    assert.equal(error?.code, 'Non HTTP response code: java.net.UnknownHostException');
    const bare = jtlText.replace(/<failureMessage>.*<\/failureMessage>/, '');
    assert.equal(readBytes(bare).results[1]?.errors[0]?.message, 'no such host');
  });

  it('gives an assertion to its own sample, not to the one within', () => {
    const text = `<testResults>
      <sample t="2" ts="1000" s="false" lb="outer">
        <assertionResult><failureMessage>outer is slow</failureMessage></assertionResult>
        <sample t="1" ts="1000" s="false" lb="inner" rm="inner said"/>
      </sample></testResults>`;
    const errors = readBytes(text).results[0]?.errors ?? [];
    assert.deepEqual(
      errors.map(({ operation, message }) => [operation, message]),
      [
        ['inner', 'inner said'],
        ['outer', 'outer is slow'],
      ],
    );
  });

  it('reads one that begins with white space', () => {
    const spaced = `\n \t\n${jtlText.replace(/^<\?.*\?>\n/, '')}`;
    assert.deepEqual(readBytes(spaced).results, readBytes(jtlText).results);
    assert.deepEqual(readBytes(`\n\n${jtlText}`).results, readBytes(jtlText).results);
  });

  it('leaves out a sample whose times are no numbers, and says so', () => {
    const { results, warnings } = readBytes('<testResults><sample t="x" ts="1" s="true" lb="a"/></testResults>');
    assert.deepEqual(results[0]?.operations, []);
    assert.match(warnings.join(), /left out/);
  });

  it('counts the failure of a sample that the file was cut in', () => {
    const { end, results } = readBytes(jtlText.slice(0, jtlText.indexOf('<assertionResult><name>code')));
    assert.equal(end.kind, 'cut');
    assert.equal(results[1]?.errors.length, 1);
    assert.equal(results[1]?.operations[0]?.failed, 1);
  });

  it('keeps no more kinds of samples and failures of many hosts than of one', () => {
    const sample = (at: number): string => `<sample t="1" ts="1" s="false" lb="l${at}" rm="m${at}" hn="h${at % 500}"/>`;
    const { results, warnings } = readBytes(
      `<testResults>${Array.from({ length: 20_000 }, (_, at) => sample(at)).join('')}</testResults>`,
    );
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
    assert.equal(sum(results.map(({ operations }) => operations.length)), 10_000 + 500);
    assert.equal(sum(results.map(({ errors }) => errors.length)), 1000 + 500);
    for (const amounts of [results.map(({ operations }) => operations), results.map(({ errors }) => errors)]) {
      assert.equal(sum(amounts.flat().map(({ count }) => count)), 20_000);
    }
    assert.match(warnings.join(), /counted together/);
  });

  it('is a result without samples where nothing was done', () => {
    const { end, results } = readBytes('<testResults version="1.2"></testResults>');
    assert.deepEqual([end.kind, results.length, results[0]?.operations], ['whole', 1, []]);
  });
});
