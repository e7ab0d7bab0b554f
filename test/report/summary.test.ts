import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { inline } from '../../src/report/markdown.ts';
import { renderSummary } from '../../src/report/summary.ts';
import type { Run } from '../../src/model/run.ts';
import { goldenNames, goldenRun } from '../support/golden.ts';

/** A line without its code spans, as CommonMark finds them: from a run of backticks to the next of the same length. */
function withoutCode(line: string): string {
  let rest = line;
  let plain = '';
  for (;;) {
    const start = /`+/.exec(rest);
    if (start === null) return plain + rest;
    const [fence] = start;
    plain += rest.slice(0, start.index);
    rest = rest.slice(start.index + fence.length);
    const end = new RegExp(`(?<!\`)${fence}(?!\`)`).exec(rest);
    assert.ok(end !== null, `a code span without an end: ${line}`);
    rest = rest.slice(end.index + fence.length);
  }
}

/** What GitHub would make something of, outside of code. */
const markup = /<[a-z/!?]|&[a-z#]|@|#\d|\]\(|!\[|\[|www\.|:\/\/|[*_~\\]|\bgh-\d/i;

function assertHarmless(line: string): void {
  assert.doesNotMatch(withoutCode(line), markup, line);
}

/** Cells of a row, by either way of reading a backslash before a pipe. */
function cellCounts(row: string): readonly number[] {
  const paired = row.replaceAll(/\\[\\|]/g, '').split('|').length - 1;
  const looked = row.split(/(?<!\\)\|/).length - 1;
  return [paired, looked];
}

const hostile = [
  '<img src=x onerror=alert(1)>',
  '@octocat',
  '#123',
  'octo/repo#1',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  'https://evil.example',
  'www.evil.example',
  'a|b',
  'a\\|b',
  'a\\\\|b\\',
  '`',
  '``` `a`',
  '**b** _i_ ~~s~~',
  '&lt;b&gt;',
  'deadbeefcafe0123',
  'GH-12',
  ':tada:',
  '</details>',
  '<!-- ',
  'a\r\n# b\n\n---\n',
  '\u0000\u001b[31m\u202e\ud800',
];

describe('the summary of a run', () => {
  it('says verdict, findings, hosts and operations as the report does', () => {
    const text = renderSummary(goldenRun('fail'), { reportPath: '/reports/r/report.html' });
    assert.match(text, /^## ❌ funbric: FAIL\n\n\*\*The data did not survive: 6 proven findings\.\*\*\n/);
    assert.match(text, /^\| D11 \| zeroed chunk \| proven \| client-2 \|/m);
    assert.match(text, /^\| client-2 \| completed \| 238,069 \|/m);
    assert.match(text, /^\| read \| 412,881 \|/m);
    assert.match(text, /report `?\/reports\/r\/report\.html`?\n$/);
    assert.match(renderSummary(goldenRun('pass')), /^## ✅ funbric: PASS\n/);
    assert.match(renderSummary(goldenRun('incomplete')), /^## ⚠️ funbric: INCOMPLETE\n/);
  });

  for (const name of goldenNames) {
    it(`has tables whose rows all have as many cells as their head: ${name}`, () => {
      let cells = 0;
      for (const line of renderSummary(goldenRun(name)).split('\n')) {
        if (!line.startsWith('|')) cells = 0;
        else {
          const [paired = 0, looked] = cellCounts(line);
          assert.equal(paired, looked, line);
          if (cells === 0) cells = paired;
          assert.equal(paired, cells, line);
        }
      }
    });
  }

  it('takes no text of a host for markup', () => {
    for (const text of [...hostile, "'GH-12", '(gh-1)']) assertHarmless(inline(text));
    const pieces = fc.array(fc.oneof(fc.constantFrom(...hostile, ' ', '`', '|', '\\'), fc.string({ maxLength: 8 })));
    fc.assert(fc.property(pieces, (parts) => assertHarmless(inline(parts.join('')))));
    assert.equal(
      inline('writes 12,288 bytes (0x3000) at own/0006/d3/f017'),
      'writes 12,288 bytes (0x3000) at own/0006/d3/f017',
    );
  });

  it('keeps a cell a cell, and a line a line, whatever hosts and files are called', () => {
    const run = goldenRun('fail');
    const [host] = run.hosts;
    const [finding] = run.findings;
    assert.ok(host !== undefined && finding !== undefined);
    for (const text of hostile) {
      const changed: Run = {
        ...run,
        reasons: [text],
        hosts: [{ ...host, name: text, reason: text, status: 'failed' }],
        findings: [{ ...finding, file: text, expected: text, found: text, host: text }],
      };
      for (const line of renderSummary(changed).split('\n')) {
        assert.doesNotMatch(line, /\p{Cc}/u);
        const [paired, looked] = cellCounts(line);
        if (line.startsWith('|')) assert.equal(paired, looked, line);
      }
      const rows = renderSummary(changed).split('\n### Hosts\n')[1]?.split('\n### ')[0]?.trim().split('\n') ?? [];
      const widths = rows.filter((line) => line.startsWith('|')).map((line) => cellCounts(line)[0]);
      assert.deepEqual([...new Set(widths)], [10], rows.join('\n'));
    }
  });

  it('is below 60,000 bytes whatever a run has, and says what it leaves out', () => {
    const run = goldenRun('fail');
    const long = '😀|@'.repeat(50_000);
    const [host] = run.hosts;
    const [operation] = run.operations;
    const [finding] = run.findings;
    assert.ok(host !== undefined && operation !== undefined && finding !== undefined);
    const many = Array.from({ length: 500 }, (_, at) => at);
    const text = renderSummary(
      {
        ...run,
        reasons: many.map((at) => `${at}${long}`),
        hosts: many.map((at) => Object.assign({}, host, { index: at, name: `${at}${long}`, reason: long })),
        operations: many.map((at) => Object.assign({}, operation, { name: `${at}${long}` })),
        findings: many.map((at) => Object.assign({}, finding, { code: `X${at}`, file: `${at}${long}`, found: long })),
      },
      { reportPath: long },
    );
    assert.ok(Buffer.byteLength(text) < 60_000, String(Buffer.byteLength(text)));
    assert.match(text, /… and \d+ more in the report/);
    assert.match(text, /run 20260314-101500-zqtm/);
  });
});
