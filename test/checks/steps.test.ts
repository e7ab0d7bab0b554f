import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RisingTimes } from '../../src/checks/order/rising-times.ts';
import { countBelow, countBelowNear, countUpTo } from '../../src/checks/order/steps.ts';
import { randomOf, type Random } from '../../src/model/random.ts';

/** Also with times that are not known. */
function risingOf(random: Random): Float64Array {
  const rising = Float64Array.from({ length: random.below(40) }, () => random.below(30)).sort();
  return random.below(3) === 0 ? rising.fill(Infinity, random.below(40)) : rising;
}

describe('a search near where it is thought to be', () => {
  it('finds what one through all numbers finds, wherever that is', () => {
    const random = randomOf(1, 2);
    for (let round = 0; round < 300; round++) {
      const rising = risingOf(random);
      for (const limit of [-Infinity, random.below(32), random.below(32) + 0.5, Infinity]) {
        for (const near of [0, 1, random.below(40), rising.length, rising.length + 1]) {
          assert.equal(countBelowNear(rising, limit, near), countBelow(rising, limit), `${limit} in ${rising.join()}`);
        }
      }
    }
  });

  it('finds the same among rising times, asked by place, one after the other', () => {
    const random = randomOf(1, 3);
    for (let round = 0; round < 300; round++) {
      const rising = risingOf(random);
      const times = new RisingTimes(rising);
      const limits = Float64Array.from({ length: 20 }, () => random.below(64) / 2 - 1);
      limits.set([-Infinity, Infinity], random.below(19));
      for (const [at, limit] of limits.entries()) {
        const isBelow = random.below(2) === 0;
        const found = isBelow ? times.countBelow(limits, at) : times.countUpTo(limits, at);
        const wanted = isBelow ? countBelow(rising, limit) : countUpTo(rising, limit);
        assert.equal(found, wanted, `${isBelow ? '' : 'up to '}${limit} in ${rising.join()}`);
      }
    }
  });
});
