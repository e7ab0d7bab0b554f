import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Measured, Operation, OperationKind } from '../../../src/model/measured.ts';
import { traitsOf } from '../../../src/model/measured-traits.ts';
import { funkloadText, measuredOf, readBytes, rootlessText } from '../../support/result-files.ts';

function operations({ operations: all }: Measured, kind: OperationKind): readonly Operation[] {
  return all.filter((operation) => operation.kind === kind);
}

/** All measurements of a kind, by their start. */
function seconds(measured: Measured, kind: OperationKind): readonly number[] {
  const pairs = operations(measured, kind).flatMap(({ latencies }) =>
    latencies.flatMap(({ spread }) => {
      assert.ok(spread.kind === 'samples');
      const { startSeconds, seconds: durations } = spread.samples;
      return Array.from(durations, (duration, at) => [startSeconds[at] ?? NaN, duration] as const);
    }),
  );
  return pairs.sort(([a], [b]) => a - b).map(([, duration]) => duration);
}

function label({ labels }: Operation, wanted: string): string | undefined {
  return labels.find(({ name }) => name === wanted)?.value;
}

function bench(version: string, ...elements: readonly string[]): string {
  return `<funkload version="${version}" time="2013-01-02T03:04:05.6">${elements.join('\n')}</funkload>`;
}

function response(type: string, start: number, thread = 1, more = ''): string {
  const place = `cycle="000" cvus="001" thread="00${thread}" suite="S" name="t" step="001" number="001"`;
  return `<response ${place} type="${type}" result="Successful" url="/" code="200" description="" time="${start}" duration="0.5" ${more}/>`;
}

describe('a result of FunkLoad', () => {
  const measured = measuredOf(funkloadText);

  it('says what was asked of the test, and when it began in local time without a zone', () => {
    assert.deepEqual(measured.test, { name: 'Shop.test_buy', description: 'Buys a "thing"' });
    assert.deepEqual(measured.asked, { durationSeconds: 10, cycles: [2, 4], target: 'http://shop.example/' });
    assert.deepEqual(measured.said, { kind: 'local', text: '2025-01-02T03:04:05.678' });
    assert.equal(measured.host, 'web-3');
    assert.deepEqual(
      traitsOf(measured).map(({ name, value }) => `${name}=${value}`),
      ['tool=FunkLoad', 'test=Shop.test_buy', 'cycles=2, 4', 'duration=10 s', 'target=http://shop.example/'],
    );
  });

  it('keeps every duration as the file writes it, also with an exponent', () => {
    assert.deepEqual(seconds(measured, 'request'), [0.25, 0.5, 1e-5, 2]);
    assert.deepEqual(seconds(measured, 'test'), [3.2]);
  });

  it('makes a page of a request with the links, images and redirects that its thread drew after it', () => {
    assert.deepEqual(seconds(measured, 'page'), [0.75, 1e-5, 2]);
    assert.deepEqual(
      operations(measured, 'page').map(({ name, failed }) => [name, failed]),
      [
        ['Look', 0],
        ['Buy', 0],
        ['Pay', 1],
      ],
    );
  });

  it('keeps pages of threads apart', () => {
    const text = bench(
      '1.17.1',
      response('get', 1),
      response('get', 2, 2),
      response('link', 3),
      response('image', 4, 2),
    );
    assert.deepEqual(seconds(measuredOf(text), 'page'), [1, 1]);
  });

  it('gives what a thread did before its first page to no page', () => {
    const text = bench('1.17.1', response('link', 1), response('PROPFIND', 2), response('get', 3));
    const odd = measuredOf(text);
    assert.deepEqual(seconds(odd, 'page'), [0.5]);
    assert.deepEqual(
      operations(odd, 'request').map((each) => [each.count, label(each, 'page')]),
      [
        [2, 'none'],
        [1, undefined],
      ],
    );
  });

  it('begins a page with put, delete and head from 1.17 on, and not before', () => {
    const elements = [response('get', 1), response('put', 2), response('delete', 3), response('head', 4)];
    assert.equal(seconds(measuredOf(bench('1.17.1', ...elements)), 'page').length, 4);
    assert.deepEqual(seconds(measuredOf(bench('1.16.1', ...elements)), 'page'), [2]);
  });

  it('takes the stray quote after an xmlrpc line for what it is', () => {
    assert.match(funkloadText, /\/>"\n/);
    assert.equal(readBytes(funkloadText).end.kind, 'whole');
    assert.equal(operations(measured, 'request').length, 4);
  });

  it('keeps what the server said to a request that failed, raw HTML and all', () => {
    const [request, test] = measured.errors;
    assert.equal(request?.what, 'Failure');
    assert.equal(request?.code, '502');
    assert.equal(request?.operation, 'post /pay');
    assert.match(request?.examples[0] ?? '', /^server: nginx\n\n<html><br>502 & no <p>end<\/html>/);
    assert.equal(request?.firstMs, 1_735_787_046_200);
    assert.equal(test?.message, 'AssertionError: 502');
  });

  it('never decodes the pickle of a monitor, nor keeps it', () => {
    assert.deepEqual(
      measured.definitions.find(({ name }) => name === 'monitorconfig db CPU')?.value,
      '(a Python pickle, not decoded)',
    );
    assert.doesNotMatch(JSON.stringify(measured), /touch|pwned/);
  });

  it('reads the counters of monitored hosts, and nothing that is no number', () => {
    assert.deepEqual(
      measured.figures.map(({ host, name, cycle, points }) => [host, name, cycle, points.map(([, value]) => value)]),
      [
        ['db', 'loadAvg1min', 0, [0.5, 1.5]],
        ['db', 'memFree', 0, [1000, 900]],
      ],
    );
  });

  it("counts the time from the first start to the last end by the host's clock", () => {
    assert.deepEqual(measured.window, { fromMs: 1_735_787_045_050, toMs: 1_735_787_048_250 });
  });

  it('reads one of 1.10.0, which says no node', () => {
    const old = measuredOf(bench('1.10.0', '<config key="id" value="x"/>', response('get', 1)));
    assert.equal(old.host, undefined);
    assert.equal(old.toolVersion, '1.10.0');
  });

  it('reads one of fl-run-test, which has no root, and says that its end can not be told', () => {
    const { end, results } = readBytes(rootlessText);
    assert.equal(end.kind, 'unmarked');
    assert.equal(results[0]?.test.name, 'Shop.test_buy');
    assert.equal(
      readBytes(`${rootlessText}"\n${rootlessText}`).results[0]?.operations.find(({ kind }) => kind === 'test')?.count,
      2,
    );
  });

  it('shows what there was before the element at which it was cut, and never calls it whole', () => {
    const { end, results } = readBytes(funkloadText.slice(0, funkloadText.lastIndexOf('<response')));
    assert.ok(end.kind === 'cut');
    assert.match(end.reason, /ends within <funkload>/);
    assert.equal(results[0]?.operations.filter(({ kind }) => kind === 'request').length, 3);
  });

  it('keeps the failure of a response that was cut in its body', () => {
    const { end, results } = readBytes(funkloadText.slice(0, funkloadText.indexOf('no <p>end')));
    assert.ok(end.kind === 'cut' && /within <body>/.test(end.reason));
    assert.equal(results[0]?.errors.length, 1);
    assert.match(results[0]?.errors[0]?.examples[0] ?? '', /<br>502/);
  });

  it('breaks where two results were written into each other, with line and byte', () => {
    const mixed = funkloadText.replace('url="/a.css"', 'url="/a<response cycle="000" url="/a.css"');
    const { end } = readBytes(mixed);
    assert.ok(end.kind === 'broken');
    assert.deepEqual([end.line, end.byte], [12, mixed.indexOf('000" url="/a.css"')]);
    assert.match(end.reason, /"0" where a space has to be/);
  });

  it('leaves out an element without a time that is a number, and says so', () => {
    const { warnings, results } = readBytes(
      bench('1.17.1', response('get', 1), response('get', 2).replace('time="2"', 'time="soon"')),
    );
    assert.equal(results[0]?.operations[0]?.count, 1);
    assert.match(warnings.join(), /^line 2: an element without a time/);
  });

  it('keeps kinds of requests apart whose steps are no numbers, or beyond all bounds', () => {
    const steps = ['001', 'x', 'y', '65537', '99999999999999999999'];
    const text = bench('1.17.1', ...steps.map((step) => response('get', 1).replace('step="001"', `step="${step}"`)));
    assert.deepEqual(
      operations(measuredOf(text), 'request').map((each) => label(each, 'step')),
      steps,
    );
  });

  it('takes no more kinds where a file has ever new cycles', () => {
    const all = Array.from({ length: 12_000 }, (_, at) => response('link', at).replace('cycle="000"', `cycle="${at}"`));
    const { operations: kept } = measuredOf(bench('1.17.1', ...all));
    assert.ok(kept.length <= 10_000 + 257);
    assert.equal(
      kept.reduce((sum, { count }) => sum + count, 0),
      12_000,
    );
  });

  it('counts requests together, and says so, when a file has ever new ones', () => {
    const all = Array.from({ length: 12_000 }, (_, at) => response('get', at).replace('step="001"', `step="${at}"`));
    const { warnings, results } = readBytes(bench('1.17.1', ...all));
    const counted = results[0]?.operations.filter(({ kind }) => kind === 'request') ?? [];
    assert.equal(
      counted.reduce((sum, { count }) => sum + count, 0),
      12_000,
    );
    assert.equal(counted.at(-1)?.name, '(others)');
    assert.ok((results[0]?.operations.length ?? 0) < 10_010);
    assert.match(warnings.join(), /counted together/);
  });
});
