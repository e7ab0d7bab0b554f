import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { monitoredOf } from '../../../src/report/funkload/monitored.ts';
import { funkloadLines } from '../../../src/report/funkload/text.ts';
import { bench, response, testResult, type ResponseFields } from '../../support/funkload.ts';
import { funkloadText, measuredOf } from '../../support/result-files.ts';

function linesOf(text: string): readonly string[] {
  return funkloadLines([measuredOf(text)], []);
}

/** Lines under a title, up to the next. */
function under(lines: readonly string[], title: string): readonly string[] {
  const from = lines.indexOf(title);
  assert.notEqual(from, -1, title);
  const rest = lines.slice(from + 2);
  const next = rest.findIndex((line) => /^-+$/.test(line));
  return rest.slice(0, next === -1 ? undefined : next - 1).filter((line) => line !== '');
}

describe("FunkLoad's view as text", () => {
  it('has every section that FunkLoad has', () => {
    const lines = linesOf(funkloadText);
    const titles = lines.filter((_, at) => /^-+$/.test(lines[at + 1] ?? ''));
    assert.deepEqual(titles, [
      'Bench configuration',
      'Bench content',
      'Test stats',
      'Page stats',
      'Request stats',
      'Slowest requests',
      'Monitored hosts',
      'Page detail stats',
      'Failures and errors',
      'Definitions',
    ]);
  });

  it('says what was configured, with the users of all nodes', () => {
    const nodes = ['a', 'b'].map((node) => measuredOf(bench([response(1, 0.5)], { node })));
    const said = under(funkloadLines(nodes, []), 'Bench configuration');
    assert.deepEqual(said, [
      'Launched                       2025-01-02 03:04:05',
      'From                           a, b',
      'Test                           test_Shop.py Shop.test_buy',
      'Description                    Buys a thing',
      'Target server                  http://shop.example/',
      'Cycles of concurrent users     [2]',
      'Cycle duration                 10 s',
      'Sleep between requests         from 0.0 s to 0.5 s',
      'Sleep between tests            0.01 s',
      'Delay between starts of users  0.01 s',
      'Apdex T                        1.5 s',
      'FunkLoad version               1.17.1',
    ]);
  });

  it('says in plain words that no test ended', () => {
    assert.match(under(linesOf(bench([response(1, 0.5)])), 'Test stats').join('\n'), /No test ended within a cycle/);
  });

  it('draws rates and times as bars, the most of them the longest', () => {
    const cycles = [
      testResult(1, 1),
      testResult(2, 1, { cycle: 1, users: 5 }),
      testResult(3, 1, { cycle: 1, users: 5 }),
    ];
    assert.deepEqual(under(linesOf(bench(cycles)), 'Test stats').slice(-2), [
      `  1 |${'#'.repeat(20)} 0.100`,
      `  5 |${'#'.repeat(40)} 0.200`,
    ]);
  });

  it('calls the cycle with the most good pages a second the best, and its slowest requests by mean time', () => {
    const slowButMany = Array.from({ length: 9 }, (_, at) => response(at, 7, { cycle: 1, users: 5 }));
    const step = (number: number, seconds: number): string =>
      response(20, seconds, { cycle: 2, users: 2, step: number, url: `/${number}`, description: `page ${number}` });
    const steps = [1, 2, 3, 4, 5, 6].map((number) => step(number, number / 10));
    const slowest = under(linesOf(bench([response(1, 0.5), ...slowButMany, ...steps])), 'Slowest requests');
    assert.match(slowest[0] ?? '', /the one with 2 users/);
    assert.deepEqual(
      slowest.slice(1).map((line) => line.trim().slice(0, 24)),
      [6, 5, 4, 3, 2].map((number) => `0.${number}0 s  page 00${number}, get /${number}`.slice(0, 24)),
    );
  });

  it('shows each request of a page over all cycles', () => {
    const at = (fields: ResponseFields): string => response(1, 0.5, fields);
    const elements = [at({}), at({ number: 2, type: 'link', url: '/a.css' }), at({ cycle: 1, users: 5 })];
    const detail = under(linesOf(bench(elements)), 'Page detail stats');
    assert.equal(detail[0], 'PAGE 001: Home');
    assert.deepEqual(
      detail.filter((line) => /^ Req|^ +\d/.test(line)).map((line) => line.trim().split(/ +/).slice(0, 4).join(' ')),
      ['Req 001: get /', '1 1.000 Excellent 1', '5 1.000 Excellent 1', 'Req 002: link /a.css', '1 1.000 Excellent 1'],
    );
  });

  it('counts failures of requests by their code, and leaves tests to their table', () => {
    const failed = (code: string, result: string): string => response(1, 0.5, { code, result });
    const elements = [
      failed('503', 'Failure'),
      failed('502', 'Failure'),
      failed('502', 'Failure'),
      failed('-1', 'Error'),
    ];
    const told = under(linesOf(bench([...elements, testResult(1, 1, { result: 'Failure' })])), 'Failures and errors');
    assert.deepEqual(
      told.filter((line) => line.startsWith(' ')),
      [' 2 times, code 502: no traceback', ' 1 times, code 503: no traceback', ' 1 times, code -1: no traceback'],
    );
  });

  it('shows a control character of a host instead of obeying it', () => {
    const lines = linesOf(bench([response(1, 0.5, { url: '/&#x85;&#x202e;x' })]));
    assert.ok(lines.some((line) => line.includes('⟨U+0085⟩⟨U+202E⟩x')));
    assert.doesNotMatch(lines.join(''), /[\u0085\u202e]/);
  });
});

describe('what FunkLoad monitored', () => {
  const series = (name: string, ...values: readonly number[]) => ({
    host: 'db',
    name,
    points: values.map((value, at) => [1000 * at, value] as const),
  });

  it('is shown as people read it: totals as rates, what is free as what is used', () => {
    const figures = [
      series('loadAvg1min', 0.5, 1.5, 1),
      series('CPUTotalJiffies', 100, 300, 500),
      series('IDLTotalJiffies', 50, 200, 250),
      series('memTotal', 1000, 1000, 1000),
      series('memFree', 500, 400, 300),
      series('cached', 100, 100, 100),
      series('receiveBytes', 0, 5000, 5000),
    ];
    assert.deepEqual(
      monitoredOf(figures).map(({ name, unit, points }) => [name, unit, points.map(([, value]) => value)]),
      [
        ['load average', '', [0.5, 1.5, 1]],
        ['CPU', '%', [25, 75]],
        ['memory used', 'B', [400 * 1024, 500 * 1024, 600 * 1024]],
        ['received', 'B/s', [5000, 0]],
      ],
    );
  });

  it('has no rate where a counter began anew, and shows what it does not know as it is', () => {
    const figures = [series('receiveBytes', 9000, 10, 20), series('queueLength', 3, 4)];
    assert.deepEqual(
      monitoredOf(figures).map(({ name, points }) => [name, points.map(([, value]) => value)]),
      [
        ['received', [10]],
        ['queueLength', [3, 4]],
      ],
    );
  });
});
