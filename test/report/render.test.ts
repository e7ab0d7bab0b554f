import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Run, RunHost } from '../../src/model/run.ts';
import { loadTemplates, renderReport } from '../../src/report/render.ts';
import { goldenNames, goldenRun, templatesFolder } from '../support/golden.ts';

const templates = await loadTemplates(templatesFolder);

describe('the report', () => {
  for (const name of goldenNames) {
    const html = renderReport(goldenRun(name), templates);

    it(`of the run "${name}" has the same bytes each time`, async () => {
      assert.equal(renderReport(goldenRun(name), await loadTemplates(templatesFolder)), html);
    });

    it(`of the run "${name}" allows nothing but its own style sheet and script, by hash`, () => {
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1];
      assert.ok(style !== undefined && style.length > 1000);
      assert.equal(html.match(/<style/g)?.length, 1);
      const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
      assert.equal(html.match(/<script/g)?.length, 1);
      const [styleHash, scriptHash] = [style, script].map((text) => createHash('sha256').update(text).digest('base64'));
      const policy = unescape(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '');
      assert.equal(
        policy,
        `default-src 'none'; style-src 'sha256-${styleHash}'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`,
      );
    });

    it(`of the run "${name}" has no style attribute, no handler and no outside address`, () => {
      assert.doesNotMatch(html, /<link|<img|<iframe|<object|<embed|<base\b/i);
      assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=/i);
      assert.doesNotMatch(html, /(?:href|src|action)="(?!#)/i);
    });

    it(`of the run "${name}" draws numbers only`, () => {
      for (const [tag] of html.matchAll(/<(?:path|rect|text)\b[^>]*>/g))
        assert.doesNotMatch(tag, /NaN|Infinity|undefined/);
    });

    it(`of the run "${name}" can be read by a machine that reads aloud`, () => {
      assert.match(html, /<html lang="en">/);
      assert.match(html, /<title>(PASS|FAIL|INCOMPLETE) · /);
      assert.equal(html.match(/<h1/g)?.length, 1);
      for (const table of html.match(/<table\b[\s\S]*?<\/table>/g) ?? []) assert.match(table, /<caption>[^<]/);
      for (const header of html.match(/<th\b[^>]*>/g) ?? []) assert.match(header, /scope="(?:col|row)"/);
      for (const svg of html.match(/<svg\b[^>]*>/g) ?? [])
        assert.match(svg, /role="img" aria-label="[^"]|aria-hidden="true"/);
      const levels = [...html.matchAll(/<h([1-6])\b/g)].map((match) => Number(match[1]));
      for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 0) + 1, levels.join(' '));
      for (const [, control] of html.matchAll(/<(?:input|select) id="([^"]+)"/g)) {
        assert.ok(html.includes(`<label for="${control}">`), control);
      }
      for (const region of html.match(/<[a-z]+\b[^>]*role="region"[^>]*>/g) ?? [])
        assert.match(region, /aria-label="[^"]/);
      for (const figure of html.match(/<figure class="chart\b(?! witness)[\s\S]*?<details><summary>[\s\S]{8}/g) ?? []) {
        assert.match(figure, /<figcaption>[^<]/);
      }
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);
      assert.equal(new Set(ids).size, ids.length);
      for (const [, target] of html.matchAll(/href="#([^"]*)"|aria-labelledby="([^"]*)"/g)) {
        if (target !== undefined) assert.ok(ids.includes(target), target);
      }
    });

    it(`of the run "${name}" shows no control or bidirectional character`, () => {
      assert.doesNotMatch(html.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    });
  }

  it('says the verdict first, then every planned host, whatever became of it', () => {
    const html = renderReport(goldenRun('incomplete'), templates);
    assert.ok(html.indexOf('INCOMPLETE</span>') < html.indexOf('<h2'));
    for (const host of goldenRun('incomplete').plan.hosts)
      assert.match(html, new RegExp(`<th scope="row"[^>]*>${host.name}</th>`));
  });

  it('is the same where a checkout has CR LF', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'funbric-report-'));
    try {
      await cp(templatesFolder, folder, { recursive: true });
      for (const name of ['styles/page.css', 'report.hbs', 'blocks/table.hbs']) {
        const text = await readFile(join(folder, name), 'utf8');
        await writeFile(join(folder, name), text.replaceAll('\n', '\r\n'));
      }
      const run = goldenRun('fail');
      assert.equal(renderReport(run, await loadTemplates(folder)), renderReport(run, templates));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('of 16 hosts, 8 kinds of operations and an hour stays under 300 KB', () => {
    const bytes = Buffer.byteLength(renderReport(largeRun(16), templates));
    assert.ok(bytes < 300e3, `${bytes} bytes`);
  });

  it('of 200 hosts and an hour stays under 2 MB', () => {
    const bytes = Buffer.byteLength(renderReport(largeRun(200), templates));
    assert.ok(bytes < 2e6, `${bytes} bytes`);
  });

  it('with nothing in it stays under 120 KB, and its script under 15 KB', () => {
    const bytes = Buffer.byteLength(renderReport(goldenRun('empty'), templates));
    assert.ok(bytes < 120e3, `${bytes} bytes`);
    assert.ok(Buffer.byteLength(templates.script) < 15e3, `${Buffer.byteLength(templates.script)} bytes`);
    assert.doesNotMatch(templates.script, /<\/script|<!--|\beval\(|new Function|fetch\(|XMLHttpRequest|import\(/);
  });

  it('shows 500 rows of a table and says how many it left out', () => {
    const html = renderReport(largeRun(620), templates);
    assert.match(html, /Every planned host, worst first <span class="omitted">\(120 more left out\)<\/span>/);
  });

  it('never passes 5 MB, and says that it shortened', () => {
    const text = '&'.repeat(10_240);
    const run = largeRun(500);
    const html = renderReport({ ...run, hosts: run.hosts.map((host) => wordy(host, text)) }, templates);
    assert.ok(Buffer.byteLength(html) < 5e6, `${Buffer.byteLength(html)} bytes`);
    assert.match(html, /shortened more than usual/);
  });
});

function largeRun(hosts = 200): Run {
  const run = goldenRun('pass');
  const [host] = run.hosts;
  const [planned] = run.plan.hosts;
  assert.ok(host !== undefined && planned !== undefined);
  const indexes = Array.from({ length: hosts }, (_, index) => index);
  return {
    ...run,
    plan: { ...run.plan, hosts: indexes.map((index) => ({ ...planned, name: `host-${index}` })) },
    hosts: indexes.map((index) => numbered(host, index)),
    operations: run.operations.slice(0, 8),
    timeline: Array.from({ length: 3600 }, (_, second) => ({
      startMs: 1000 * second,
      operationsPerSecond: 1000 + ((second * 7919) % 5000),
      errorsPerSecond: second % 97 === 0 ? 3 : 0,
      bytesPerSecond: 0,
      hosts,
      p99Us: 900 + ((second * 104_729) % 3000),
    })),
  };
}

function numbered(host: RunHost, index: number): RunHost {
  const vitals = Array.from({ length: 60 }, (_, at) => ({
    startMs: 60_000 * at,
    endMs: 60_000 * (at + 1),
    phase: 'stress' as const,
    operationsPerSecondMin: 900 + ((at * 7919 + index) % 500),
    operationsPerSecondMax: 2000 + ((at * 7919 + index) % 500),
    cpuPercentMax: 30 + ((at * 31) % 50),
    rssBytesMax: 7e7 + at * 1234,
    loadAverageMax: 1 + ((at * 17) % 30) / 10,
    oldest: { operation: 'write', ageMs: (at * 37) % 900 },
  }));
  return { ...host, index, name: `host-${index}`, perSecond: 1000 + index, vitals };
}

function wordy(host: RunHost, text: string): RunHost {
  return { ...host, name: text, reason: text, commands: [commandOf(`${host.index}${text}`)] };
}

function commandOf(stdout: string): Run['hosts'][number]['commands'][number] {
  return { task: 'runtest', phase: 'setup', command: stdout, exit: 1, stdout, stderr: stdout, elapsedMs: 5 };
}

function unescape(text: string): string {
  return text.replaceAll('&#x27;', "'").replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
}
