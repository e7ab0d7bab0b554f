import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { crc32 } from '../../src/model/checksum.ts';

/** As the standard has it, bit by bit. */
function bitwise(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('the checksum of journals', () => {
  it('is the CRC-32 that others call so', () => {
    assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
    assert.equal(crc32(new Uint8Array(0)), 0);
  });

  it('is the same wherever in memory the bytes begin, and however long they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 100 }),
        fc.nat({ max: 16 }),
        fc.nat({ max: 2 ** 32 - 1 }),
        (memory, from, seed) => {
          const bytes = memory.subarray(from);
          assert.equal(crc32(bytes, seed), bitwise(bytes, seed));
        },
      ),
    );
  });

  it('goes on from the checksum of what came before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 100 }), (bytes, cut) => {
        assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), crc32(bytes));
      }),
    );
  });
});
