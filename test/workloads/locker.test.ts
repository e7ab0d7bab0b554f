import assert from 'node:assert/strict';
import { closeSync, constants, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { flockProgram } from '../../src/workloads/flock-program.ts';
import { startHelper } from '../../src/workloads/lock-helper.ts';
import type { LockRequest, Locker } from '../../src/workloads/locker.ts';
import { openLocker } from '../../src/workloads/open-locker.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const alone: LockRequest = { isShared: false, range: undefined };
const together: LockRequest = { isShared: true, range: undefined };
const range = (start: number, length: number): LockRequest => ({ isShared: false, range: { start, length } });

/** Two who have the same file open, each for itself. */
interface Pair extends Disposable {
  readonly a: { readonly fd: number; readonly locker: Locker };
  readonly b: { readonly fd: number; readonly locker: Locker };
}

/** A file of its own: the helpers of the pair before may not have ended yet, and hold what they took until they do. */
function openPair(start: (fds: readonly number[]) => Locker | undefined): Pair | undefined {
  const path = join(mkdtempSync(join(root, 'pair-')), 'file');
  const open = (): number => openSync(path, constants.O_CREAT | constants.O_RDWR);
  const [first, second] = [open(), open()];
  const [a, b] = [start([first]), start([second])];
  const dispose = (): void => {
    a?.close();
    b?.close();
    closeSync(first);
    closeSync(second);
  };
  if (a !== undefined && b !== undefined) {
    return { a: { fd: first, locker: a }, b: { fd: second, locker: b }, [Symbol.dispose]: dispose };
  }
  dispose();
  return undefined;
}

const means = {
  perl: (fds: readonly number[]) => startHelper('perl', fds),
  python3: (fds: readonly number[]) => startHelper('python3', fds),
  flock: () => flockProgram(),
} as const;

for (const [name, start] of Object.entries(means)) {
  describe(`locks by ${name}`, () => {
    it('of a whole file have one holder, or several that share', (t) => {
      using pair = openPair(start);
      if (pair === undefined) return t.skip(`no ${name} here`);
      const { a, b } = pair;
      assert.equal(a.locker.means, name);
      assert.equal(a.locker.lock(a.fd, alone), true);
      assert.equal(b.locker.lock(b.fd, alone), false);
      assert.equal(b.locker.lock(b.fd, together), false);
      a.locker.unlock(a.fd, undefined);
      assert.equal(b.locker.lock(b.fd, together), true);
      assert.equal(a.locker.lock(a.fd, together), true);
      b.locker.unlock(b.fd, undefined);
      a.locker.unlock(a.fd, undefined);
    });

    it('of ranges leave their neighbours alone', (t) => {
      using pair = openPair(start);
      if (pair === undefined) return t.skip(`no ${name} here`);
      const { a, b } = pair;
      if (!a.locker.hasRanges) return t.skip(`${name} locks no ranges here`);
      assert.equal(a.locker.lock(a.fd, range(10, 10)), true);
      assert.equal(b.locker.lock(b.fd, range(19, 1)), false);
      assert.equal(b.locker.lock(b.fd, range(20, 10)), true);
      assert.equal(b.locker.lock(b.fd, range(0, 10)), true);
      a.locker.unlock(a.fd, range(10, 10).range);
      assert.equal(b.locker.lock(b.fd, range(10, 10)), true);
    });

    it('say which errno a call ended with', (t) => {
      using pair = openPair(start);
      if (pair === undefined) return t.skip(`no ${name} here`);
      const { locker } = pair.a;
      assert.throws(() => locker.lock(12_345, alone), { message: /lock failed with errno \d+/ });
    });
  });
}

describe('who takes locks', () => {
  it('is the first that is there, leaves no pipe behind, and lets the files be locked by others when it has ended', async () => {
    const mine = mkdtempSync(join(root, 'tmp-'));
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = mine;
    using _ = { [Symbol.dispose]: () => restore(before) };
    using pair = openPair(openLocker);
    assert.ok(pair !== undefined);
    const { a, b } = pair;
    assert.deepEqual(readdirSync(mine), []);
    assert.equal(a.locker.lock(a.fd, alone), true);
    assert.equal(b.locker.lock(b.fd, alone), false);
    a.locker.unlock(a.fd, undefined);
    assert.equal(b.locker.lock(b.fd, alone), true);
  });

  it('holds nothing once the agent is gone: it ends with its pipe', async (t) => {
    const path = join(root, 'orphan');
    const fd = openSync(path, constants.O_CREAT | constants.O_RDWR);
    const other = openSync(path, constants.O_RDWR);
    const locker = startHelper('perl', [fd]);
    const looking = startHelper('perl', [other]);
    if (locker === undefined || looking === undefined) return t.skip('no perl here');
    assert.equal(locker.lock(fd, alone), true);
    // All that a killed agent does: its descriptors are closed.
    locker.close();
    closeSync(fd);
    for (let tries = 0; !looking.lock(other, alone); tries++) {
      assert.ok(tries < 1_000, 'the lock is still held');
      await sleep(20);
    }
    looking.close();
    closeSync(other);
  });
});

function restore(before: string | undefined): void {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
}
