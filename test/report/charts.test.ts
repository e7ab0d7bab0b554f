import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { envelope } from '../../src/report/charts/envelope.ts';
import { ticksUpTo } from '../../src/report/charts/ticks.ts';
import { drawTimeChart } from '../../src/report/charts/time-chart.ts';
import { twinOf } from '../../src/report/charts/twin.ts';
import type { ChartBlock } from '../../src/report/section.ts';

function chartOf(points: readonly (readonly [number, number])[]): ChartBlock {
  return {
    kind: 'chart',
    title: 'A chart',
    panels: [{ label: 'Operations/s', look: 'area', series: { name: 'Operations/s', points } }],
    bands: [
      { label: 'setup', from: 0, to: 0.01 },
      { label: 'stress', from: 0.01, to: 9 },
    ],
  };
}

describe('a chart', () => {
  it('keeps the one peak and the one dip of a long series', () => {
    const points = Array.from({ length: 36_000 }, (_, x) => [x, x === 17_111 ? 900 : x === 30_001 ? 1 : 100] as const);
    const columns = envelope(points, 1000);
    assert.equal(columns.length, 1000);
    assert.equal(Math.max(...columns.map((column) => column.high)), 900);
    assert.equal(Math.min(...columns.map((column) => column.low)), 1);
    assert.ok(drawTimeChart(chartOf(points)).panels[0]?.line.includes('M'));
  });

  it('has round ticks that reach the greatest value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), fc.integer({ min: 1, max: 10 }), (most, count) => {
        const ticks = ticksUpTo(most, count);
        assert.equal(ticks[0], 0);
        assert.ok((ticks.at(-1) ?? 0) >= most * (1 - 1e-5));
        assert.ok(ticks.length <= count + 2);
      }),
    );
    assert.deepEqual(ticksUpTo(0.3, 3), [0, 0.1, 0.2, 0.3]);
    assert.deepEqual(ticksUpTo(0, 4), [0, 1]);
  });

  it('draws numbers only, also where there is next to nothing to draw', () => {
    for (const points of [
      [],
      [[0, 0]],
      [[0, 5]],
      [
        [0, 1],
        [1, 2],
      ],
    ] as const) {
      assert.doesNotMatch(JSON.stringify(drawTimeChart(chartOf(points))), /NaN|Infinity|null|undefined/);
    }
  });

  it('names a phase where its band has room', () => {
    assert.deepEqual(
      drawTimeChart(chartOf([[0, 1]])).bands.map((band) => band.label),
      ['', 'stress'],
    );
  });

  it('has the same numbers as a table', () => {
    const { rows } = twinOf(
      chartOf([
        [0, 1],
        [1, 1234],
        [2, 3],
      ]),
    );
    assert.deepEqual(
      rows.map((row) => row.cells),
      [
        ['0', '1.00'],
        ['1.00', '1,234'],
        ['2.00', '3.00'],
      ],
    );
    const long = twinOf(chartOf(Array.from({ length: 4800 }, (_, x) => [x, x % 20] as const)));
    assert.equal(long.rows.length, 240);
    assert.equal(long.rows[0]?.cells[1], '0 – 19.0');
  });
});
