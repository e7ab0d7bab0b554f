import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Drawing } from '../../src/report/charts/drawing.ts';
import { envelope } from '../../src/report/charts/envelope.ts';
import { drawLifelines } from '../../src/report/charts/lifelines.ts';
import { drawSpectrum } from '../../src/report/charts/spectrum.ts';
import { stairs } from '../../src/report/charts/stairs.ts';
import { ticksUpTo } from '../../src/report/charts/ticks.ts';
import { drawTimeChart } from '../../src/report/charts/time-chart.ts';
import { twinOf } from '../../src/report/charts/twin.ts';
import { drawWitness } from '../../src/report/charts/witness-chart.ts';
import type { ChartBlock, TimedOperation } from '../../src/report/section.ts';

function chartOf(points: readonly (readonly [number, number | null])[]): ChartBlock {
  return {
    kind: 'chart',
    title: 'A chart',
    panels: [{ label: 'Operations/s', unit: '', look: 'area', series: { name: 'Operations/s', points } }],
    bands: [
      { label: 'setup', from: 0, to: 0.01 },
      { label: 'stress', from: 0.01, to: 9 },
    ],
    marks: [{ at: 4, label: 'D01', words: 'D01 lost file' }],
  };
}

function textsOf({ shapes }: Drawing): readonly string[] {
  return shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
}

function tipsOf({ shapes }: Drawing): readonly string[] {
  return shapes.flatMap((shape) => (shape.kind === 'text' || shape.tip === '' ? [] : [shape.tip]));
}

describe('a chart', () => {
  it('keeps the one peak and the one dip of a long series', () => {
    const points = Array.from({ length: 36_000 }, (_, x) => [x, x === 17_111 ? 900 : x === 30_001 ? 1 : 100] as const);
    const columns = envelope(points, 1000);
    assert.equal(columns.length, 1000);
    assert.equal(Math.max(...columns.map((column) => column.high)), 900);
    assert.equal(Math.min(...columns.map((column) => column.low)), 1);
    const { upper, lower } = stairs(points, { toX: (x) => x, toY: (y) => y, zeroY: 0, columns: 1000 });
    assert.match(upper, /V900H/);
    assert.match(lower, /V1H/);
  });

  it('leaves a gap where nobody knows a value', () => {
    const points = [
      [0, 1],
      [1, null],
      [2, 3],
    ] as const;
    const { upper } = stairs(points, { toX: (x) => x, toY: (y) => y, zeroY: 0, columns: 10 });
    assert.equal(upper, 'M0 0V1H1V0M2 0V3H3V0');
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
      [[0, null]],
      [
        [0, 1],
        [1, 2],
      ],
    ] as const) {
      assert.doesNotMatch(JSON.stringify(drawTimeChart(chartOf(points))), /NaN|Infinity|null|undefined/);
    }
  });

  it('names a phase where its band has room, and says what a mark marks', () => {
    const drawing = drawTimeChart(chartOf([[0, 1]]));
    assert.ok(textsOf(drawing).includes('stress'));
    assert.ok(!textsOf(drawing).includes('setup'));
    assert.deepEqual(tipsOf(drawing), ['D01 lost file']);
  });

  it('has the same numbers as a table', () => {
    const { rows } = twinOf(
      chartOf([
        [0, 1],
        [1, 1234],
        [2, null],
      ]),
    );
    assert.deepEqual(
      rows.map((row) => row.cells),
      [
        ['0', '1.00'],
        ['1.00', '1,234'],
        ['2.00', '-'],
      ],
    );
    const long = twinOf(chartOf(Array.from({ length: 4800 }, (_, x) => [x, x % 40] as const)));
    assert.equal(long.rows.length, 120);
    assert.equal(long.rows[0]?.cells[1], '0 – 39.0');
  });
});

describe('the timeline of a finding', () => {
  const operation = (lane: string, [startNs, startNsMax, endNsMin, endNs]: readonly number[]): TimedOperation => ({
    lane,
    words: `write by ${lane}`,
    tip: '',
    startNs: startNs ?? 0,
    startNsMax: startNsMax ?? 0,
    endNsMin: endNsMin ?? 0,
    endNs: endNs ?? 0,
  });
  const early = operation('a/1', [0, 1e5, 4e5, 5e5]);
  const late = operation('b/2', [60e9, 60e9 + 1e5, 60e9 + 4e5, 60e9 + 5e5]);

  it('has one lane a worker, and says how long nothing happened', () => {
    const texts = textsOf(drawWitness({ title: '', operations: [early, late] }));
    assert.deepEqual(
      ['a/1', 'b/2', '+ 60.0 s', '500 µs'].filter((text) => !texts.includes(text)),
      [],
    );
  });

  it('tells what was before by every clock from what may have overlapped', () => {
    const edges = (operations: readonly TimedOperation[]): readonly string[] =>
      drawWitness({ title: '', operations }).shapes.flatMap(({ look }) =>
        look === 'before' || look === 'perhaps' ? [look] : [],
      );
    assert.deepEqual(edges([early, late]), ['before']);
    assert.deepEqual(edges([early, operation('b/2', [3e5, 6e5, 8e5, 9e5])]), ['perhaps']);
  });

  it('draws what is certain as a bar within what is possible', () => {
    const { shapes } = drawWitness({ title: '', operations: [early] });
    const bar = shapes.find((shape) => shape.kind === 'rect');
    const whisker = shapes.find(({ look }) => look === 'whisker');
    assert.ok(bar?.kind === 'rect' && whisker?.kind === 'path');
    const [, left = NaN] = /^M([\d.]+)/.exec(whisker.d)?.map(Number) ?? [];
    const [, right = NaN] = /H([\d.]+)/.exec(whisker.d)?.map(Number) ?? [];
    assert.ok(left < bar.x && bar.x + bar.width < right, `${left} ${bar.x} ${bar.width} ${right}`);
    assert.ok(Math.abs(bar.width / (right - left) - 0.6) < 0.02, 'three of five parts are certain');
  });

  it('has a diamond in place of a bar where no moment is certain', () => {
    const { shapes } = drawWitness({ title: '', operations: [operation('a/1', [0, 5e5, 1e5, 6e5])] });
    assert.equal(shapes.filter(({ kind }) => kind === 'rect').length, 0);
    assert.equal(shapes.filter(({ kind, look }) => kind === 'path' && look === 'culprit').length, 1);
  });

  it('never doubts the order of what one worker did', () => {
    const { shapes } = drawWitness({ title: '', operations: [early, operation('a/1', [3e5, 6e5, 8e5, 9e5])] });
    assert.deepEqual(
      shapes.flatMap(({ look }) => (look === 'before' || look === 'perhaps' ? [look] : [])),
      ['before'],
    );
  });

  it('draws numbers only, whatever the times are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -1e300, max: 1e300, noNaN: true }), fc.nat()), {
          minLength: 1,
          maxLength: 6,
        }),
        (times) => {
          const operations = times.map(([start, length]) =>
            operation('a/1', [start, start, start + length, start + length]),
          );
          assert.doesNotMatch(JSON.stringify(drawWitness({ title: '', operations })), /NaN|Infinity|null/);
        },
      ),
    );
  });
});

describe('a latency spectrum', () => {
  it('gives every further nine the same room', () => {
    const scale = { lowUs: 10, highUs: 1000, nines: 4.5 };
    const texts = drawSpectrum({ name: 'read', title: '', points: [] }, scale).shapes.flatMap((shape) =>
      shape.kind === 'text' && shape.text.startsWith('p9') ? [shape.x] : [],
    );
    const steps = texts.slice(1).map((x, at) => Math.round(x - (texts[at] ?? 0)));
    assert.equal(texts.length, 4);
    assert.ok(Math.max(...steps) - Math.min(...steps) <= 1, steps.join(' '));
  });
});

describe('lifelines', () => {
  it('mark with a cross where a host fell silent, and say why', () => {
    const bars = [{ phase: 'stress', from: 1, to: 4, tip: '' }];
    const lanes = [
      { name: 'a', bars, end: '' },
      { name: 'b', bars, end: 'b lost: no sign of life' },
    ];
    const twin = { kind: 'table', caption: '', columns: [], rows: [] } as const;
    const drawing = drawLifelines({ kind: 'lifelines', title: '', seconds: 9, lanes, twin });
    assert.equal(drawing.shapes.filter(({ look }) => look === 'end').length, 1);
    assert.deepEqual(tipsOf(drawing), ['b lost: no sign of life']);
  });
});
