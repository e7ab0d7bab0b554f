import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { bodyOffset, decodeStamp, encodeStamp, isStamp, makePool, type Stamp } from '../../src/model/stamp.ts';

const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffffffff });
const stamp: fc.Arbitrary<Stamp> = fc.record(
  {
    runTag: u32,
    incarnation: fc.record({ creator: u16, operation: u32 }, { noNullPrototype: true }),
    writer: u16,
    chunk: u32,
    operation: u32,
    generation: u32,
  },
  { noNullPrototype: true },
);

function wordsOf(value: Stamp): Uint32Array {
  const words = new Uint32Array(8);
  encodeStamp(value, words);
  return words;
}

describe('a stamp', () => {
  it('reads back as it was written, wherever it lies', () => {
    fc.assert(
      fc.property(stamp, (value) => {
        const words = wordsOf(value);
        assert.deepEqual(decodeStamp(words), value);
        const moved = new Uint32Array(16);
        moved.set(words, 5);
        assert.deepEqual(decodeStamp(moved, 5), value);
      }),
    );
  });

  it('with any one bit flipped is none', () => {
    fc.assert(
      fc.property(stamp, fc.nat({ max: 255 }), (value, bit) => {
        const words = wordsOf(value);
        words[bit >> 5] = (words[bit >> 5] ?? 0) ^ (1 << (bit & 31));
        assert.equal(isStamp(words, 0), false);
        assert.equal(decodeStamp(words), undefined);
      }),
    );
  });

  it('is not found in zeros, nor past the end', () => {
    assert.equal(decodeStamp(new Uint32Array(8)), undefined);
    assert.equal(
      decodeStamp(
        wordsOf({
          runTag: 1,
          incarnation: { creator: 1, operation: 1 },
          writer: 1,
          chunk: 1,
          operation: 1,
          generation: 1,
        }),
        4,
      ),
      undefined,
    );
  });

  it('puts its body inside the pool', () => {
    const chunkBytes = 1 << 20;
    const pool = makePool(7, chunkBytes);
    fc.assert(
      fc.property(stamp, (value) => {
        const offset = bodyOffset(wordsOf(value), 0);
        assert.ok(offset >= 0 && offset + chunkBytes <= pool.length);
      }),
    );
  });

  it('spreads the bodies of neighbouring chunks and generations over the pool', () => {
    const base = { runTag: 1, incarnation: { creator: 2, operation: 3 }, writer: 2, operation: 9 };
    const offsets = new Set<number>();
    for (let chunk = 0; chunk < 100; chunk++) {
      for (let generation = 1; generation <= 100; generation++) {
        offsets.add(bodyOffset(wordsOf({ ...base, chunk, generation }), 0));
      }
    }
    // 10,000 draws from 262,144 places repeat about 190 times.
    assert.ok(offsets.size > 9_600, `${offsets.size} of 10000`);
  });
});

describe('the pool', () => {
  it('is the same for every host of a run, another for another run, and nowhere zeros', () => {
    assert.deepEqual(makePool(7, 512), makePool(7, 512));
    assert.notDeepEqual(makePool(7, 512).subarray(0, 64), makePool(8, 512).subarray(0, 64));
    const pool = makePool(0, 512);
    const words = new Uint32Array(pool.buffer);
    assert.ok(words.every((word) => word !== 0));
  });

  it('has another eight bytes at each place where a body can start', () => {
    for (const runTag of [0, 1, 0xdeadbeef]) {
      const pool = Buffer.from(makePool(runTag, 512));
      const starts = new Set<bigint>();
      for (let at = 0; at + 512 <= pool.length; at++) starts.add(pool.readBigUInt64LE(at));
      assert.equal(starts.size, pool.length - 511);
    }
  });
});
