import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { csv, tables } from '../../../src/formats/write/csv.ts';
import { bucketOf, lowestOf } from '../../../src/model/histogram.ts';
import { runSchema, type Run } from '../../../src/model/run.ts';
import { readCsv, type ReadCell } from '../../support/csv-reader.ts';
import { goldenNames, goldenRun } from '../../support/golden.ts';

function textOf(run: Run, name: string): string {
  const file = csv.files(run).find((one) => one.name === `${name}.csv`);
  assert.ok(file !== undefined, name);
  return file.text;
}

/** Rows by the names of their columns. */
function rowsOf(run: Run, name: string): readonly Readonly<Record<string, ReadCell>>[] {
  const [header = [], ...rows] = readCsv(textOf(run, name));
  return rows.map((row) => Object.fromEntries(row.map((cell, at) => [String(header[at]), cell])));
}

describe('CSV', () => {
  for (const name of goldenNames) {
    it(`is what RFC 4180 says, in every table of a run: ${name}`, () => {
      const run = goldenRun(name);
      for (const { name: file, text } of csv.files(run)) {
        const rows = readCsv(text);
        assert.equal(text.split('\r\n').length, rows.length + 1, `${file}: a row is a line`);
      }
    });
  }

  it('has every list of run.json in a table, so that one that is new is not forgotten', () => {
    const known = new Set([...tables.flatMap(({ of }) => of), ...leftOut]);
    const lists = [...listsOf(z.toJSONSchema(runSchema, { io: 'input', reused: 'inline' }), '')];
    assert.ok(lists.includes('hosts[].phases'), lists.join(' '));
    assert.deepEqual(
      lists.filter((list) => ![...known].some((one) => list === one || (one.endsWith('.') && list.startsWith(one)))),
      [],
    );
  });

  it('has numbers as numbers, texts as texts, and nothing where nothing is known', () => {
    const run = goldenRun('fail');
    const [first] = run.operations;
    assert.ok(first !== undefined);
    const { histogram: _, ...figures } = { ...first, errorsByName: undefined, service: undefined };
    const row = rowsOf(run, 'operations')[0] ?? {};
    for (const [field, value] of Object.entries(figures)) {
      assert.deepEqual(row[field], value ?? undefined, field);
    }
    assert.equal(rowsOf(run, 'hosts').length, run.hosts.length);
    assert.deepEqual(rowsOf({ ...run, reasons: ['', '007'] }, 'reasons'), [{ reason: '' }, { reason: '007' }]);
  });

  it('has each bucket of a histogram with its bounds, and no sample is lost', () => {
    const run = goldenRun('pass');
    const rows = rowsOf(run, 'histograms');
    for (const { name, histogram } of run.operations) {
      const own = rows.filter(({ operation, of }) => operation === name && of !== 'service');
      assert.deepEqual(
        own.map(({ fromNs, toNs, count }) => [bucketOf(Number(fromNs)), bucketOf(Number(toNs)), count]),
        histogram.map(([bucket, count]) => [bucket, bucket, count]),
      );
    }
    assert.equal(lowestOf(0), 0);
  });

  it('lets no text of a host become a formula, a row or a cell', () => {
    const texts = [
      '=HYPERLINK("http://x","y")',
      '+1',
      '-1',
      '@SUM(1)',
      '\t=1',
      '  =1',
      '\r=1',
      '＝1',
      'a",=1,"b',
      'a\r\n=1',
      'a\u2028b\u0000\u001b[31m',
      '\ud800',
    ];
    const run: Run = { ...goldenRun('empty'), reasons: texts };
    const text = textOf(run, 'reasons');
    const read = rowsOf(run, 'reasons').map(({ reason }) => String(reason));
    assert.equal(read.length, texts.length);
    for (const cell of read) assert.doesNotMatch(cell, /^\s*[=+\-@＝]/u);
    assert.equal(read[0], `'${texts[0]}`);
    assert.equal(read[8], texts[8]);
    assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\p{Cc}\p{Zl}\p{Cs}]/u);
  });
});

/** In no table: said in the row of what holds it, or only of use to the report. A dot at the end: all below. */
const leftOut = [
  'plan.',
  'findings[].forensic.',
  'fingerprint.models[].breach.',
  'visibility.pairs[].atLeast.histogram',
  'visibility.pairs[].atMost.histogram',
];

/** Places of all lists: `hosts[].phases`. Pairs have no names, so they are values. */
function* listsOf(schema: unknown, place: string): Generator<string> {
  // `false`: nothing may follow.
  const node = z.looseObject({}).parse(schema === false ? {} : schema);
  for (const way of z.array(z.unknown()).parse(node['anyOf'] ?? [])) yield* listsOf(way, place);
  if (node['type'] === 'array' && node['prefixItems'] === undefined) {
    yield place;
    yield* listsOf(node['items'] ?? {}, `${place}[]`);
  }
  for (const [name, part] of Object.entries(z.record(z.string(), z.unknown()).parse(node['properties'] ?? {}))) {
    yield* listsOf(part, place === '' ? name : `${place}.${name}`);
  }
}
