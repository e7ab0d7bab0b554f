import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { randomOf } from '../../src/model/random.ts';
import { Slots } from '../../src/workloads/slots.ts';

const size = 12;
const steps = fc.array(
  fc.tuple(fc.constantFrom('take' as const, 'release' as const, 'avoid' as const), fc.nat({ max: size - 1 })),
  { maxLength: 60 },
);

describe('the places of a tree', () => {
  it('are free, taken or avoided as they were last told, and avoided ones stay so', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, seed) => {
        const slots = new Slots(size);
        const states = Array.from({ length: size }, () => 'release');
        for (const [step, slot] of all) {
          slots[step](slot);
          if (states[slot] !== 'avoid') states[slot] = step;
        }
        assert.equal(slots.free, states.filter((state) => state === 'release').length);
        assert.equal(slots.taken, states.filter((state) => state === 'take').length);
        const random = randomOf(seed);
        for (let draw = 0; draw < 10; draw++) {
          if (slots.free > 0) assert.equal(states[slots.pickFree(random)], 'release');
          if (slots.taken > 0) assert.equal(states[slots.pickTaken(random)], 'take');
        }
      }),
    );
  });
});
