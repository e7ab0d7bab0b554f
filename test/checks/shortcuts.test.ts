/** Nearly all looks are right, and passed over for it by a shortcut: what lies just beside one is found all the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { caseChunkBytes, caseSchema, historyOfCase } from './case-history.ts';

const file = 'own/0000/d0/f000';
const other = 'own/0000/d0/f001';

function codesOf(operations: readonly object[], more: object = {}): readonly string[] {
  const history = historyOfCase(caseSchema.parse({ about: '', operations, disk: {}, expect: [], cut: ['a'], ...more }));
  return foundIn(history);
}

function foundIn(history: ReturnType<typeof historyOfCase>): readonly string[] {
  const findings = checks.flatMap((check) => check.examine(history));
  return findings.filter(({ grade }) => grade === 'proven').map(({ code }) => code);
}

/** The owner's changes last 10 ns each and begin every 20; its tree is known up to the last. */
class Owner {
  readonly operations: object[] = [];
  #nowNs = 1_000;
  #generation = 0;

  do(kind: string, fields: object = {}): number {
    const startNs = (this.#nowNs += 20);
    this.operations.push({ by: 'a/0', kind, file, of: 1, startNs, endNs: startNs + 10, ...fields });
    return startNs;
  }

  write(first: number, count: number, fields: object = {}): number {
    this.#generation++;
    this.do('write', { first, count, generation: this.#generation, ...fields });
    return this.#generation;
  }

  pause(): number {
    return (this.#nowNs += 100);
  }

  /** After which nothing that was told of it is taken back. */
  end(): readonly object[] {
    this.pause();
    this.do('delete');
    return this.operations;
  }
}

function saw(first: number, generation: number, count = 1): object {
  return { first, count, of: 1, generation };
}

describe('a read of an old chunk', () => {
  for (const between of [0, 1, 31, 32, 33, 80]) {
    it(`is found with ${between} newer changes of other chunks behind the one that it missed`, () => {
      const owner = new Owner();
      owner.do('touch');
      const old = owner.write(0, 1);
      owner.write(0, 1);
      for (let change = 0; change < between; change++) owner.write(1, 1);
      const startNs = owner.pause();
      const read = { by: 'b/0', kind: 'read', file, saw: [saw(0, old)], startNs, endNs: startNs + 10 };
      assert.deepEqual(codesOf([...owner.end(), read]), ['D12']);
    });
  }

  it('is found in the first and in the last of the chunks that it saw, and not where its neighbours are newer', () => {
    for (const [changed, codes] of [
      [1, []],
      [2, ['D12']],
      [4, ['D12']],
      [5, []],
    ] as const) {
      const owner = new Owner();
      owner.do('touch');
      const old = owner.write(0, 8);
      owner.write(changed, 1);
      const startNs = owner.pause();
      const read = { by: 'b/0', kind: 'read', file, saw: [saw(2, old, 3)], startNs, endNs: startNs + 10 };
      assert.deepEqual(codesOf([...owner.end(), read]), codes, `chunk ${changed} is newer`);
    }
  });
});

describe('a read that went back', () => {
  /** While generation 3 is being written, whose end nobody can have met. */
  function whileWriting(reads: (startNs: number, old: number, fresh: number) => readonly object[]): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    const old = owner.write(0, 4);
    const startNs = owner.pause();
    const fresh = owner.write(0, 2, { startNs, endNs: startNs + 50_000 });
    const removed = { startNs: startNs + 60_000, endNs: startNs + 60_010 };
    owner.do('delete', removed);
    return codesOf([...owner.operations, ...reads(startNs + 1_000, old, fresh)], {
      hosts: ['a', 'b', 'c'],
      workers: 2,
    });
  }
  const read = (by: string, startNs: number, seen: object): object => {
    return { by, kind: 'read', file, saw: [seen], startNs, endNs: startNs + 10 };
  };

  for (const [how, by] of [
    ['by the same worker', 'b/0'],
    ['by another worker of the host', 'b/1'],
    ['by another host', 'c/0'],
  ] as const) {
    it(`${how} is found, and not where the two overlap, or saw different chunks`, () => {
      const second = (afterNs: number, first: number): readonly string[] =>
        whileWriting((startNs, old, fresh) => [
          read('b/0', startNs, saw(1, fresh)),
          read(by, startNs + afterNs, saw(first, old, 1)),
        ]);
      assert.deepEqual(second(14, 1), ['D13']);
      assert.deepEqual(second(14, 0), []);
      assert.deepEqual(second(14, 2), []);
      // What a worker does begins when what it did before has ended, whatever its clock has of that.
      assert.deepEqual(second(10, 1), by === 'b/0' ? ['D13'] : []);
    });

    it(`${how} is found among many others`, () => {
      const found = whileWriting((startNs, old, fresh) => [
        ...Array.from({ length: 40 }, (_, at) => read('b/0', startNs + 20 * at, saw(3, old))),
        read('b/0', startNs + 1_000, saw(1, fresh)),
        read(by, startNs + 1_020, saw(1, old)),
      ]);
      assert.deepEqual(found, ['D13']);
    });
  }
});

describe('reads of hosts whose clocks nobody knows', () => {
  /** Of a file of three generations: who read when, and which. */
  function found(
    ...reads: readonly (readonly [by: string, startNs: number, endNs: number, seen: number])[]
  ): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    for (let write = 0; write < 3; write++) owner.write(0, 1);
    const looks = reads.map(([by, startNs, endNs, seen]) => {
      return { by, kind: 'read', file, saw: [saw(0, seen)], startNs, endNs };
    });
    const clocks = { b: null, c: null };
    return codesOf([...owner.end(), ...looks], { hosts: ['a', 'b', 'c'], workers: 3, clocks, cut: [] });
  }

  it('went back by two generations, though what saw the one between ended late', () => {
    assert.deepEqual(found(['b/0', 0, 1_000, 2], ['b/1', 0, 10, 3], ['b/1', 20, 30, 3]), []);
    assert.deepEqual(found(['b/0', 0, 1_000, 2], ['b/1', 0, 10, 3], ['b/2', 11, 30, 1]), ['D13']);
    assert.deepEqual(found(['b/0', 0, 1_000, 2], ['b/1', 0, 10, 3], ['b/2', 10, 30, 1]), []);
    assert.deepEqual(found(['b/0', 0, 1_000, 2], ['b/1', 0, 10, 3], ['b/1', 10, 30, 1]), ['D13']);
    assert.deepEqual(found(['b/0', 0, 1_000, 1], ['b/1', 0, 10, 3], ['b/1', 1_000, 1_030, 3]), []);
  });

  it('are compared by the clock of the same host alone', () => {
    assert.deepEqual(found(['b/0', 0, 10, 1], ['c/0', 0, 10, 3], ['c/1', 11, 20, 2]), ['D13']);
    assert.deepEqual(found(['b/0', 0, 10, 3], ['b/1', 11, 20, 2], ['c/0', 0, 10, 3]), ['D13']);
    assert.deepEqual(found(['b/0', 0, 10, 3], ['b/1', 10, 20, 2], ['c/0', 11, 20, 1]), []);
  });
});

describe('a copy that was there throughout', () => {
  function readAs(seen: object): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    const copied = owner.write(0, 2);
    owner.do('copy', { to: other, generation: copied + 1, size: 2 * caseChunkBytes });
    owner.do('write', { first: 0, count: 1, generation: copied + 2 });
    const startNs = owner.pause();
    const read = { by: 'b/0', kind: 'read', file: other, saw: [seen], startNs, endNs: startNs + 10 };
    return codesOf([...owner.operations, read], { cut: [] });
  }

  it('carries what its source held by then, as far as that went', () => {
    const codes = (seen: object): boolean => readAs(seen).includes('D07');
    assert.equal(codes(saw(0, 1, 2)), false);
    assert.equal(codes(saw(0, 3)), true);
    assert.equal(codes(saw(1, 1, 2)), true);
    assert.equal(codes(saw(2, 1)), true);
  });
});

describe('a look at a file that was there throughout', () => {
  function whileThere(look: object): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    owner.write(0, 2);
    const startNs = owner.pause();
    return codesOf([...owner.end(), { by: 'b/0', file, startNs, endNs: startNs + 10, ...look }]);
  }

  it('shows its size to the byte', () => {
    const size = 2 * caseChunkBytes;
    for (const [seen, codes] of [
      [size - 1, ['V03']],
      [size, []],
      [size + 1, ['V03']],
    ] as const) {
      assert.deepEqual(whileThere({ kind: 'stat', size: seen }), codes, `${seen} bytes`);
    }
  });

  it('reads on to its end', () => {
    const bytes = caseChunkBytes;
    for (const [isShort, size, codes] of [
      [true, bytes - 1, ['D17']],
      [true, bytes, []],
      [false, bytes - 1, []],
    ] as const) {
      const look = { kind: 'read', saw: [saw(1, 1)], isShort, size };
      assert.deepEqual(whileThere(look), codes, `${size} bytes, ${isShort ? 'short' : 'as asked'}`);
    }
  });
});

describe('a stamp that a read of stress saw', () => {
  function whileThere(seen: object): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    owner.write(0, 1);
    owner.do('touch', { file: other });
    const startNs = owner.pause();
    const read = { by: 'b/0', kind: 'read', file, saw: [{ ...saw(0, 1), ...seen }], startNs, endNs: startNs + 10 };
    const history = historyOfCase(
      caseSchema.parse({ about: '', operations: [...owner.operations, read], disk, expect: [] }),
    );
    return foundIn(history);
  }
  const disk = { [file]: { size: caseChunkBytes, runs: [saw(0, 1)] }, [other]: { size: 0 } };

  it('is the very one of the file, not of another one or of another tree, and its body fits it', () => {
    assert.deepEqual(whileThere({}), []);
    assert.deepEqual(whileThere({ of: 3 }), ['D07']);
    assert.deepEqual(whileThere({ creator: 1 }), ['D07']);
    assert.deepEqual(whileThere({ content: 'badBody' }), ['D05']);
  });
});

describe('a chunk that verify read back', () => {
  function readBack(runs: readonly object[]): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    owner.write(0, 3);
    owner.write(2, 1);
    const disk = { [file]: { size: 3 * caseChunkBytes, runs } };
    return foundIn(historyOfCase(caseSchema.parse({ about: '', operations: owner.operations, disk, expect: [] })));
  }

  it('is judged alone, where the chunks that were read with it are as they must be', () => {
    assert.deepEqual(readBack([saw(0, 1, 2), saw(2, 2)]), []);
    assert.deepEqual(readBack([saw(0, 1, 3)]), ['D04']);
    assert.deepEqual(readBack([saw(0, 1), saw(1, 2, 2)]), ['D05']);
    assert.deepEqual(readBack([saw(0, 1, 2), { first: 2, content: 'zeros' }]), ['D11']);
    assert.deepEqual(readBack([saw(0, 1, 2), { ...saw(2, 2), of: 7 }]), ['D07']);
    assert.deepEqual(readBack([saw(0, 1, 2), { ...saw(2, 2), creator: 1 }]), ['D07']);
  });
});

describe('a listing', () => {
  function listed(...listings: readonly (readonly string[])[]): readonly string[] {
    const owner = new Owner();
    owner.do('touch');
    owner.do('touch', { file: 'own/0000/d1/f001' });
    const lists = listings.map((names) => {
      const startNs = owner.pause();
      return { by: 'b/0', kind: 'list', file: 'own/0000/d0', names, startNs, endNs: startNs + 10 };
    });
    return codesOf([...owner.end(), ...lists]);
  }

  it('has each name once, and none that is one of another folder', () => {
    assert.deepEqual(listed([file]), []);
    assert.deepEqual(listed([]), ['N01']);
    assert.deepEqual(listed([file, file]), ['N02']);
    assert.deepEqual(listed([file, other]), ['N03']);
    assert.deepEqual(listed(['own/0000/d1/f000']), ['N01']);
  });

  it('is told from those before it', () => {
    assert.deepEqual(listed([file], []), ['N01']);
    assert.deepEqual(listed([file, file], []), ['N01', 'N02']);
    assert.deepEqual(listed([file, file], [file]), ['N02']);
  });
});
