import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Bench } from '../../src/model/bench.ts';
import type { Run } from '../../src/model/run.ts';
import { drawTrend } from '../../src/report/charts/trend.ts';
import { loadTemplates, renderReport } from '../../src/report/render.ts';
import type { Block, Section, TableBlock, TrendBlock } from '../../src/report/section.ts';
import { cyclesSection } from '../../src/report/sections/cycles.ts';
import { loadSection } from '../../src/report/sections/load.ts';
import { monitoredSection } from '../../src/report/sections/monitored.ts';
import { requestsSection } from '../../src/report/sections/requests.ts';
import { sections } from '../../src/report/sections/registry.ts';
import { slowestRequestsSection } from '../../src/report/sections/slowest-requests.ts';
import { goldenRun, templatesFolder } from '../support/golden.ts';

function benchOf(run: Run): Bench {
  assert.ok(run.bench !== undefined);
  return run.bench;
}

function tables(section: Section, run: Run = goldenRun('bench')): readonly TableBlock[] {
  return section.blocks(run).filter((block) => block.kind === 'table');
}

function only<K extends Block['kind']>(section: Section, kind: K): Extract<Block, { kind: K }> {
  const found = section
    .blocks(goldenRun('bench'))
    .filter((block): block is Extract<Block, { kind: K }> => block.kind === kind);
  assert.equal(found.length, 1);
  const [block] = found;
  assert.ok(block !== undefined);
  return block;
}

describe('the report of a bench', () => {
  it('has a section for each of FunkLoad, and none of them in runs without a bench', async () => {
    const own = ['bench', 'cycles', 'load', 'slowest', 'requests', 'monitored', 'definitions'];
    const shown = (run: Run): readonly string[] =>
      sections.filter((section) => section.blocks(run).length > 0).map(({ id }) => id);
    assert.deepEqual(
      shown(goldenRun('bench')).filter((id) => own.includes(id)),
      own,
    );
    assert.deepEqual(
      shown(goldenRun('pass')).filter((id) => own.includes(id)),
      [],
    );
    const html = renderReport(goldenRun('bench'), await loadTemplates(templatesFolder));
    for (const id of own) assert.match(html, new RegExp(`id="${id}"`));
  });

  it('says in each row in which figures FunkLoad differs, and tells each of them', () => {
    const run = goldenRun('bench');
    const [, pages, , parted] = tables(cyclesSection, run);
    const { differences, cycles } = benchOf(run);
    assert.deepEqual(
      pages?.rows.map(({ cells }) => cells.at(-1)),
      cycles.map(({ index }) =>
        differences
          .filter(({ cycle, kind }) => cycle === index && kind === 'page')
          .map(({ figure }) => figure)
          .join(', '),
      ),
    );
    assert.equal(parted?.rows.length, differences.length);
    assert.ok(parted.rows.some(({ cells }) => cells.includes('AVG')));
  });

  it('says which users were served best', () => {
    assert.match(
      only(cyclesSection, 'trend').title,
      /^The most successful pages, 9\.10 a second, came with 10 users\.$/,
    );
  });

  it('says that no test ended where none did', () => {
    const run = goldenRun('bench');
    const bench = benchOf(run);
    const cycles = bench.cycles.map(({ index, users, seconds, page, request }) => {
      assert.ok(page !== undefined && request !== undefined);
      return { index, users, seconds, page, request };
    });
    const [first] = cyclesSection.blocks({ ...run, bench: { ...bench, cycles } });
    assert.ok(first?.kind === 'text');
    assert.match(first.paragraphs.join(), /No test ended/);
  });

  it('draws requests over time, with failures only where there are some', () => {
    assert.deepEqual(
      only(loadSection, 'chart').panels.map(({ label }) => label),
      ['Requests/s', 'Failures/s', 'Users'],
    );
  });

  it('has the slowest requests of the best cycle first', () => {
    const [table] = tables(slowestRequestsSection);
    assert.match(table?.caption ?? '', /the one with 10 users/);
    assert.deepEqual(
      table?.rows.map(({ cells }) => cells[0]),
      ['get /', 'link /style.css'],
    );
  });

  it('has a table a page and a chart a request', () => {
    assert.deepEqual(
      tables(requestsSection).map(({ caption, rows }) => [caption, rows.length]),
      [['Page 001: Home', 4]],
    );
    assert.equal(only(requestsSection, 'trend').items.length, 2);
  });

  it('draws each monitored host, and says the most of each figure', () => {
    assert.match(
      only(monitoredSection, 'chart').title,
      /^db: load average up to 3(?:\.0+)?, CPU up to 30(?:\.0+)? %, memory used up to/,
    );
  });
});

describe('what was monitored', () => {
  const figures = [
    { host: 'web1', of: 'db', name: 'memFree', stretches: [{ startMs: 0, endMs: 1000, min: 1, max: 2 }] },
  ];

  it('is shown once: drawn where a bench has it, else as a table', () => {
    const shown = (run: Run): number =>
      sections.filter(({ id, ...section }) => ['monitored', 'counters'].includes(id) && section.blocks(run).length > 0)
        .length;
    assert.equal(shown({ ...goldenRun('bench'), figures }), 1);
    assert.equal(shown({ ...goldenRun('pass'), figures }), 1);
  });
});

describe('a trend', () => {
  const draw = (points: TrendBlock['items'][number]['points']): string =>
    JSON.stringify(drawTrend({ name: 'x', title: 'x', points }, 'users').shapes);

  it('breaks its line where a cycle has no such figure, and draws one cycle alone', () => {
    const [a, none, b] = [1, null, 3].map((y, at) => ({ x: `${at}`, y, tip: '' }));
    assert.ok(a !== undefined && none !== undefined && b !== undefined);
    const { shapes } = drawTrend({ name: 'x', title: 'x', points: [a, none, b] }, 'users');
    const line = shapes.find((shape) => shape.kind === 'path' && shape.look === 'curve');
    assert.ok(line?.kind === 'path');
    assert.match(line.d, /^M[\d. ]+M[\d. ]+$/);
    assert.doesNotMatch(draw([a]), /NaN|null/);
    assert.doesNotMatch(draw([]), /NaN|null/);
  });

  it('has room for the longest of its whiskers', () => {
    assert.match(draw([{ x: '1', y: 1, low: 0.5, high: 90, tip: '' }]), /"100"/);
  });
});
