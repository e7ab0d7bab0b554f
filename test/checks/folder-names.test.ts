/** A folder remembers where it was asked last: what it says doesn't depend on it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FolderNames } from '../../src/checks/names/folder-names.ts';
import { addStep, steadyValue, stepValues, type GrowingSteps, type Steps } from '../../src/checks/order/steps.ts';
import type { NameState } from '../../src/checks/tree/tree.ts';
import { randomOf } from '../../src/model/random.ts';

const folder = 3;
const firstName = folder * 0x10000;

function stateOf(steps: Steps): NameState {
  return { life: undefined, isFolder: false, isClouded: false, bound: new Set(), changed: -1, steps, fileSynced: -1 };
}

function folderOf(names: readonly number[], steps: Steps = { ids: [], values: [] }): FolderNames {
  return new FolderNames(
    folder,
    names.map((name) => [firstName + name, stateOf(steps)] as const),
  );
}

function shown(seen: FolderNames): readonly number[] {
  return [...seen.names].filter((_, place) => seen.isShown(place)).map((name) => name - firstName);
}

describe('the names of a folder', () => {
  it('are what they steadily were, in whatever order of time they are asked for', () => {
    const random = randomOf(7);
    const steps: GrowingSteps = { ids: [], values: [] };
    for (let id = 0; id < 400; id += 1 + random.below(9)) {
      const value = random.below(3) === 0 ? stepValues.nothing : random.below(40) - 2;
      addStep(steps, id, value);
    }
    const seen = folderOf([0], steps);
    for (let asked = 0; asked < 5_000; asked++) {
      const ended = random.below(8) === 0 ? Infinity : random.below(420);
      const window = { ended, begun: random.below(8) === 0 ? Infinity : ended + random.below(30) };
      const expected = steadyValue(steps, window) ?? stepValues.unknown;
      assert.equal(seen.steadyAt(0, window), expected, JSON.stringify(window));
    }
  });

  it('are shown by one listing, whatever the listing before it showed', () => {
    const seen = folderOf([4, 0, 1, 9]);
    seen.show([firstName, 2, firstName + 9, 1]);
    assert.deepEqual(shown(seen), [0, 1, 9]);
    seen.show([firstName + 4, 1]);
    assert.deepEqual(shown(seen), [4]);
    seen.show([]);
    assert.deepEqual(shown(seen), []);
  });

  it('are repeated where two runs of a listing have them, in any order of the runs', () => {
    const seen = folderOf([0, 1, 2]);
    seen.show([firstName + 1, 2, firstName, 2]);
    assert.deepEqual(
      [0, 1, 2].filter((place) => seen.isRepeated(place)),
      [1],
    );
  });

  it('are no strangers, which are names of this folder that it never had', () => {
    const seen = folderOf([1, 3]);
    seen.show([firstName - 2, 6, firstName + 2, 1]);
    assert.deepEqual([...seen.strangers], [firstName, firstName + 2]);
    assert.deepEqual(shown(seen), [1, 3]);
    seen.show([firstName + 1, 1]);
    assert.deepEqual([...seen.strangers], []);
  });

  it('came with the change since which there has been something', () => {
    const seen = folderOf([0], { ids: [10, 20, 30, 40], values: [5, 0, 6, 7] });
    const arrivals = [15, 35, 45, 15].map((ended) => {
      assert.notEqual(seen.steadyAt(0, { ended, begun: ended }), stepValues.nothing);
      return seen.arrivalAt(0);
    });
    assert.deepEqual(arrivals, [10, 30, 30, 10]);
  });
});
