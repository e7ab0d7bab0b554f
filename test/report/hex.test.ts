import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexDump } from '../../src/report/hex.ts';

describe('a hex dump', () => {
  it('shows position, bytes and ASCII, and equal lines once', () => {
    assert.deepEqual(hexDump(`${'41'.repeat(16)}${'00'.repeat(64)}4242`), [
      '+0000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|',
      '+0010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|',
      '*',
      '+0050  42 42                                             |BB|',
    ]);
  });

  it('is made of hex digits only', () => {
    assert.deepEqual(['', '<b>', '4', '4g'].map(hexDump), [[], [], [], []]);
  });

  it('ends, however much a host sends', () => {
    const alternating = ('41'.repeat(16) + '42'.repeat(16)).repeat(10_000);
    assert.equal(hexDump(alternating).length, 64);
  });
});
