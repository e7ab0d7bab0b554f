/** Tables of a terminal. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignedRows } from '../../src/report/aligned-rows.ts';

describe('aligned rows', () => {
  it('have columns as wide as their longest cell, and no blanks behind the last', () => {
    assert.deepEqual(alignedRows([['name', 'a'], ['x', 'bcd', 'e'], ['long one']]), [
      'name      a',
      'x         bcd  e',
      'long one',
    ]);
  });

  it('keep what is wider than they may be', () => {
    assert.deepEqual(
      alignedRows(
        [
          ['abcdef', 'x'],
          ['a', 'y'],
        ],
        3,
      ),
      ['abcdef  x', 'a    y'],
    );
  });

  it('are none where there are none', () => assert.deepEqual(alignedRows([]), []));
});
