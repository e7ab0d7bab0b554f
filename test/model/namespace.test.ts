import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  arenas,
  maxWorkers,
  nameOf,
  objectOf,
  ownerOfArena,
  parsePath,
  pathOf,
  type NamedObject,
} from '../../src/model/namespace.ts';

const folder = fc.nat({ max: 7 });
const object: fc.Arbitrary<NamedObject> = fc.oneof(
  fc.record({ kind: fc.constant('folder' as const), folder }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant('file' as const), folder, index: fc.nat({ max: 998 }) }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant('subfolder' as const), folder, index: fc.nat({ max: 98 }) }, { noNullPrototype: true }),
);
const link = fc.record(
  { kind: fc.constant('symlink' as const), folder, index: fc.nat({ max: 0x3fff }) },
  { noNullPrototype: true },
);
const owner = fc.nat({ max: maxWorkers - 1 });
const arena = fc.constantFrom(...arenas.map((each) => ownerOfArena(each)));

describe('a name', () => {
  it('is a number, and the number a name', () => {
    fc.assert(fc.property(fc.oneof(object, link), (value) => assert.deepEqual(objectOf(nameOf(value)), value)));
  });

  it('has one path, and the path one name', () => {
    fc.assert(
      fc.property(owner, object, (worker, value) => {
        const name = nameOf(value);
        assert.deepEqual(parsePath(pathOf(worker, name)), { owner: worker, name });
      }),
    );
  });

  it('of an arena can also be that of a symbolic link', () => {
    fc.assert(
      fc.property(arena, fc.oneof(object, link), (place, value) => {
        const name = nameOf(value);
        assert.deepEqual(parsePath(pathOf(place, name)), { owner: place, name });
      }),
    );
    assert.equal(parsePath('own/0000/d0/l000'), undefined);
  });

  it('is told by no other spelling', () => {
    for (const path of [
      'own/0000/d0/f1',
      'own/0000/d0/f0001',
      'own/0000/d8/f001',
      'own/000/d0/f001',
      'own/00000/d0/f001',
      'own/0000/d0/s001',
      'own/0000/d0/f001/',
      'own/0000/d0/f001\n',
      '/own/0000/d0/f001',
      'own/65535/d0/f001',
      `own/${maxWorkers}/d0/f001`,
      'nowhere/d0/f001',
      'own/0000/d0/F001',
    ]) {
      assert.equal(parsePath(path), undefined, path);
    }
  });
});
