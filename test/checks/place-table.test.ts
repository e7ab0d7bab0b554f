import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlaceTable } from '../../src/checks/tree/place-table.ts';
import { randomOf } from '../../src/model/random.ts';

describe('a table of numbers', () => {
  it('gives each its place in the order in which they came, as a Map would, however many there are', () => {
    const random = randomOf(1, 2);
    for (const most of [1, 500, 5_000]) {
      const table = new PlaceTable();
      const places = new Map<number, number>();
      for (let round = 0; round < most * 3; round++) {
        const key = random.below(2) === 0 ? random.below(most) : random.below(most) * 0x10000;
        if (!places.has(key)) {
          assert.equal(table.placeOf(key), undefined, `${key} hasn't come`);
          places.set(key, places.size);
        }
        assert.equal(table.add(key), places.get(key), `${key} when it came`);
      }
      for (const [key, place] of places) assert.equal(table.placeOf(key), place, `${key} later`);
      assert.equal(table.count, places.size);
    }
  });

  it('takes the least and the greatest number', () => {
    const table = new PlaceTable();
    assert.equal(table.placeOf(0), undefined);
    assert.deepEqual([table.add(0), table.add(0xffffffff), table.add(0)], [0, 1, 0]);
    assert.equal(table.placeOf(0xffffffff), 1);
  });
});
