import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { hash32, hashText32, randomOf } from '../../src/model/random.ts';

const seed = fc.nat({ max: Number.MAX_SAFE_INTEGER });

function draws(random: ReturnType<typeof randomOf>, count = 20): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('seeded randomness', () => {
  it('is the same for the same seed and keys', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.nat()), (value, keys) => {
        assert.deepEqual(draws(randomOf(value, ...keys)), draws(randomOf(value, ...keys)));
      }),
    );
  });

  it('is another for another seed, also beyond 32 bits, and for another worker', () => {
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        fc.pre(a !== b);
        assert.notDeepEqual(draws(randomOf(a, 1)), draws(randomOf(b, 1)));
      }),
    );
    fc.assert(
      fc.property(seed, fc.nat(), fc.nat(), (value, a, b) => {
        fc.pre(a !== b);
        assert.notDeepEqual(draws(randomOf(value, a)), draws(randomOf(value, b)));
      }),
    );
  });

  it('stays below its bound and draws every number about as often', () => {
    const random = randomOf(1, 2, 3);
    const counts = new Uint32Array(10);
    for (let draw = 0; draw < 100_000; draw++) {
      const value = random.below(10);
      assert.ok(Number.isInteger(value) && value >= 0 && value < 10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // Eight standard deviations (95 each) around 10,000.
    assert.ok(
      counts.every((count) => Math.abs(count - 10_000) < 760),
      counts.join(' '),
    );
  });
});

describe('a hash', () => {
  it('is one 32-bit number, and changes with any word', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffffffff }), { minLength: 1 }), fc.nat(), (words, at) => {
        const hash = hash32(...words);
        assert.ok(hash >= 0 && hash < 2 ** 32 && Number.isInteger(hash));
        const changed = words.with(at % words.length, ((words[at % words.length] ?? 0) ^ 1) >>> 0);
        assert.notEqual(hash32(...changed), hash);
      }),
    );
    assert.notEqual(hashText32('run a'), hashText32('run b'));
  });
});
