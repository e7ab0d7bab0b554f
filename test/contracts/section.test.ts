import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { blockKinds } from '../../src/report/section.ts';
import { sections } from '../../src/report/sections/registry.ts';
import { goldenNames, goldenRun, templatesFolder } from '../support/golden.ts';

describe('every section of the report', () => {
  for (const section of sections) {
    for (const name of goldenNames) {
      it(`${section.id} makes typed blocks of the run "${name}" and leaves the run as it was`, () => {
        const run = freeze(goldenRun(name));
        const blocks = section.blocks(run);
        for (const block of blocks) {
          assert.ok(blockKinds.includes(block.kind), block.kind);
          if (block.kind === 'table') {
            for (const row of block.rows) assert.equal(row.cells.length, block.columns.length, block.caption);
            assert.notEqual(block.caption, '');
          }
        }
        assert.deepEqual(section.blocks(run), blocks, 'the same run gives the same blocks');
      });
    }

    it(`${section.id} writes no HTML`, () => {
      for (const name of ['pass', 'fail', 'incomplete', 'empty', 'bench'] as const) {
        const text = JSON.stringify(section.blocks(goldenRun(name)));
        assert.doesNotMatch(text, /<\/?[a-z!]|&[a-z]+;|&#/i);
      }
    });

    it(`${section.id} can be linked to`, () => assert.match(section.id, /^[a-z-]+$/));
  }

  it('has an anchor of its own', () => {
    assert.equal(new Set(sections.map((section) => section.id)).size, sections.length);
  });

  it('draws with one template a kind of block', () => {
    const templates = readdirSync(join(templatesFolder, 'blocks')).map((name) => name.replace(/\.hbs$/, ''));
    assert.deepEqual(templates.toSorted(), [...blockKinds].toSorted());
  });
});

/** Writing to a frozen object throws in a module. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}
