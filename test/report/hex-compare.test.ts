import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareHex } from '../../src/report/hex-compare.ts';

const zeros = '00'.repeat(160);

describe('bytes beside each other', () => {
  it('are shown once where they are the same, twice where they differ, and marked there', () => {
    const found = `${'00'.repeat(80)}ff01${'00'.repeat(78)}`;
    const lines = compareHex({ from: 4096, found, expected: zeros });
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['same', 'same', 'cut', 'same', 'expected', 'found', 'same', 'same', 'cut'],
    );
    const marked = lines.flatMap(({ parts }) => parts.filter(({ isDifferent }) => isDifferent)).map(({ text }) => text);
    assert.deepEqual(marked, ['00 00', 'ff 01']);
    assert.equal(lines[4]?.head, '- 0x001050  ');
  });

  it('that differ all the way are cut, and say so', () => {
    const lines = compareHex({ from: 0, found: 'ff'.repeat(160), expected: zeros });
    assert.equal(lines.filter(({ kind }) => kind === 'found').length, 8);
    assert.equal(lines.at(-1)?.parts[0]?.text, 'and more that differs');
  });

  it('stand alone where nobody knows what had to be there', () => {
    assert.deepEqual(
      compareHex({ from: 0, found: '4142' }).map(({ kind, parts }) => [kind, parts[0]?.text.trimEnd().slice(-2)]),
      [['same', 'AB']],
    );
  });

  it('that are none are not shown', () => {
    assert.deepEqual(compareHex({ from: 0, found: 'no hex', expected: 'either' }), []);
    assert.deepEqual(compareHex({ from: 0, found: '0011', expected: '00' }), []);
  });
});
