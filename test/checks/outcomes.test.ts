/** The contract's table of what an error code proves, row by row, through the checks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { caseSchema, historyOfCase } from './case-history.ts';

const file = 'own/0000/d0/f000';
const other = 'own/0000/d0/f001';
const folder = 'own/0000/d0/s00';
const written = { size: 1024, runs: [{ first: 0, of: 1, generation: 1 }] };
const create = { by: 'a/0', kind: 'touch', file };
const write = { by: 'a/0', kind: 'write', file, of: 1, count: 1, generation: 1 };

/** An operation, and the disk as it is with and without its effect. */
interface Attempt {
  readonly before: readonly object[];
  readonly operation: object;
  readonly done: object;
  readonly undone: object;
}

const attempts = {
  unlink: {
    before: [create, write],
    operation: { by: 'a/0', kind: 'delete', file },
    done: {},
    undone: { [file]: written },
  },
  rename: {
    before: [create, write],
    operation: { by: 'a/0', kind: 'rename', file, to: other },
    done: { [other]: written },
    undone: { [file]: written },
  },
  rmdir: {
    before: [{ by: 'a/0', kind: 'mkdir', file: folder }],
    operation: { by: 'a/0', kind: 'rmdir', file: folder },
    done: {},
    undone: { [folder]: { size: 0 } },
  },
  mkdir: {
    before: [],
    operation: { by: 'a/0', kind: 'mkdir', file: folder },
    done: { [folder]: { size: 0 } },
    undone: {},
  },
  create: { before: [], operation: create, done: { [file]: { size: 0 } }, undone: {} },
  write: {
    before: [create, write],
    operation: { ...write, generation: 2, size: 0 },
    done: { [file]: { size: 1024, runs: [{ first: 0, of: 1, generation: 2 }] } },
    undone: { [file]: written },
  },
  truncate: {
    before: [create, write],
    operation: { by: 'a/0', kind: 'truncate', file, of: 1, generation: 2, size: 0 },
    done: { [file]: { size: 0 } },
    undone: { [file]: written },
  },
} satisfies Record<string, Attempt>;

type Operation = keyof typeof attempts;
type Effect = 'none' | 'unknown';

/** Linux's numbers. */
const errnos = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  ENOSPC: 28,
  ENOLCK: 37,
  ENOTEMPTY: 39,
  ETIMEDOUT: 110,
  ESTALE: 116,
  EDQUOT: 122,
  ECANCELED: 125,
} as const;

type Row = readonly [errno: keyof typeof errnos, operations: readonly Operation[], local: Effect, network: Effect];

const all: readonly Operation[] = ['unlink', 'rename', 'rmdir', 'mkdir', 'create', 'write', 'truncate'];
const rows: readonly Row[] = [
  ['ENOENT', ['unlink', 'rename', 'rmdir'], 'none', 'unknown'],
  ['ENOENT', ['mkdir', 'create', 'truncate'], 'none', 'none'],
  ['EEXIST', ['mkdir', 'create'], 'none', 'unknown'],
  ['ENOTEMPTY', ['rmdir'], 'none', 'none'],
  ['EISDIR', ['unlink', 'truncate'], 'none', 'none'],
  ['ENOTDIR', all, 'none', 'none'],
  ['EACCES', all, 'none', 'none'],
  ['ENOSPC', ['mkdir', 'create', 'truncate'], 'none', 'unknown'],
  ['EDQUOT', ['mkdir', 'create', 'truncate'], 'none', 'unknown'],
  ...(['EIO', 'ETIMEDOUT', 'EINTR', 'ESTALE', 'EBUSY', 'ECANCELED', 'ENOLCK'] as const).map((errno): Row => [
    errno,
    all,
    'unknown',
    'unknown',
  ]),
];

describe('what an error code proves', () => {
  for (const [errno, operations, local, network] of rows) {
    for (const operation of operations) {
      it(`is ${local} for ${errno} of ${operation} on a local client, ${network} on one of a network`, () => {
        for (const [mount, effect] of [['ext4', local] as const, ['ceph', network] as const]) {
          const attempt: Attempt = attempts[operation];
          const failed = { ...attempt.operation, outcome: 'error', errno: errnos[errno] };
          assert.deepEqual(codesOf(mount, [...attempt.before, failed], attempt.undone), [], `${mount}: without effect`);
          const found = codesOf(mount, [...attempt.before, failed], attempt.done);
          const message = `${mount}: with effect: ${found.join(', ')}`;
          // A generation that nobody acknowledged is told of, and allowed, whatever became of its write.
          if (operation === 'write') assert.deepEqual(found, ['D16'], message);
          else assert.equal(found.length > 0, effect === 'none', message);
        }
      });
    }
  }

  it('is the effect for a success', () => {
    for (const operation of all) {
      const attempt: Attempt = attempts[operation];
      const done = operation === 'write' ? { ...attempt.operation, size: 1024 } : attempt.operation;
      assert.deepEqual(codesOf('ext4', [...attempt.before, done], attempt.done), [], operation);
      assert.notDeepEqual(codesOf('ext4', [...attempt.before, done], attempt.undone), [], operation);
    }
  });

  it('is nothing for no answer', () => {
    for (const operation of all) {
      const attempt: Attempt = attempts[operation];
      const pending = { ...attempt.operation, outcome: 'pending' };
      for (const disk of [attempt.done, attempt.undone]) {
        assert.deepEqual(codesOf('ext4', [...attempt.before, pending], disk), [], operation);
      }
    }
  });

  it('opens also what was acknowledged before, where a write fails that may have lost it', () => {
    const second = { ...write, generation: 2 };
    const failed = { ...write, generation: 3, size: 0, outcome: 'error', errno: errnos.EIO };
    assert.deepEqual(codesOf('ext4', [create, write, second, failed], { [file]: written }), []);
    assert.deepEqual(codesOf('ext4', [create, write, second], { [file]: written }), ['D04']);
  });
});

describe('the tail that a dead agent never wrote down', () => {
  it('may have done any of this, so that no check objects', () => {
    for (const operation of all) {
      const attempt: Attempt = attempts[operation];
      assert.deepEqual(codesOf('ext4', attempt.before, attempt.done, ['a']), [], operation);
    }
  });

  it('may have been seen by others during stress', () => {
    const later = { startNs: 9_000, endNs: 9_010, by: 'b/0' };
    const read = { ...later, kind: 'read', file, saw: [{ first: 0, of: 1, generation: 2 }] };
    const list = { ...later, kind: 'list', file: 'own/0000/d0', names: [other] };
    assert.deepEqual(codesOf('ext4', [create, write, read, list], { [other]: written }, ['a']), []);
    assert.notDeepEqual(codesOf('ext4', [create, write, list], { [file]: written }), []);
  });
});

/** That some of these errors can't be where the names are exactly known is a finding of its own (N10). */
function codesOf(
  mount: string,
  operations: readonly object[],
  disk: object,
  cut: readonly string[] = [],
): readonly string[] {
  const history = historyOfCase(caseSchema.parse({ about: 'a row', mount, cut, operations, disk, expect: [] }));
  return checks
    .filter(({ code }) => code !== 'N10')
    .flatMap((check) => check.examine(history))
    .map(({ code }) => code);
}
