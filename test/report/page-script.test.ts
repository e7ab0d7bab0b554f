import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { compareCells, numberOf } from '../../src/report/browser/order.ts';

const sorted = (cells: readonly string[], sign: 1 | -1 = 1): readonly string[] =>
  cells.toSorted((a, b) => compareCells(a, b, sign));

describe('cells of a table, sorted in the browser,', () => {
  it('are ordered by what they mean, not by how they are written', () => {
    assert.deepEqual(sorted(['2.00 s', '9.10 ms', '12.3 µs', '1 min 05 s']), [
      '12.3 µs',
      '9.10 ms',
      '2.00 s',
      '1 min 05 s',
    ]);
    assert.deepEqual(sorted(['1,234', '99', '10.5']), ['10.5', '99', '1,234']);
    assert.deepEqual(sorted(['1.50 GiB', '900 MiB', '12 B']), ['12 B', '900 MiB', '1.50 GiB']);
    assert.deepEqual(sorted(['± 1.2 ms', '± 91.0 µs']), ['± 91.0 µs', '± 1.2 ms']);
    assert.deepEqual(sorted(['web10', 'web9', 'db1']), ['db1', 'web9', 'web10']);
  });

  it('have those that nobody knows last, in both directions', () => {
    assert.deepEqual(sorted(['-', '3', '1']), ['1', '3', '-']);
    assert.deepEqual(sorted(['-', '3', '1'], -1), ['3', '1', '-']);
  });

  it('are numbers only where they begin with one', () => {
    assert.equal(numberOf('< 0.01 %'), 0.01);
    assert.equal(numberOf('host-1'), undefined);
  });
});

describe('the script of the page', () => {
  it('is made of report/browser and the model alone', () => {
    const meta = fileURLToPath(new URL('../../report/page.js.meta.json', import.meta.url));
    assert.ok(existsSync(meta), 'npm run build writes the metafile');
    const { inputs } = z
      .object({ inputs: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(readFileSync(meta, 'utf8')));
    const strays = Object.keys(inputs).filter((input) => !/^src\/(report\/browser|model)\//.test(input));
    assert.deepEqual(strays, []);
  });
});
