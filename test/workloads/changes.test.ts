/** Appends, syncs, copies and renames onto names, against a model of the tree that is made from the records alone. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { contents, extentFlags, outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { objectOf } from '../../src/model/namespace.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { failing } from '../support/failing-operations.ts';
import { decisionsOf, live, type Lived } from '../support/lived.ts';
import { historyOfRecords } from '../support/record-history.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const some = { mkdir: 1, delete: 3, list: 1, touch: 8, stat: 1, read: 10, write: 12, rename: 5, truncate: 5 };
const weights = { ...some, append: 12, fsync: 6, fdatasync: 6, copy: 10, renameOnto: 5, chmod: 5, utimes: 5 };
const extra = { ...weights, stat: 12, setxattr: 6, fallocate: 6, punchHole: 6 };

/** The stamp that a chunk must carry; generation 0: zeros. */
interface Stamp {
  readonly incarnation: number;
  readonly generation: number;
}

const zeros: Stamp = { incarnation: 0, generation: 0 };

function extend(chunks: Stamp[], size: number): void {
  while (chunks.length < size / 1024) chunks.push(zeros);
}

/** By name: the chunks that successful records leave. */
function replay(records: readonly JournalRecord[]): Map<number, Stamp[]> {
  const tree = new Map<number, Stamp[]>();
  for (const { kind, name, target, first, count, generation, incarnation, sequence, size } of records) {
    const chunks = tree.get(name) ?? [];
    switch (kind) {
      case recordKinds.touch:
        assert.equal(incarnation, sequence);
        tree.set(name, []);
        break;
      case recordKinds.delete:
        tree.delete(name);
        break;
      case recordKinds.rename:
      case recordKinds.renameOnto:
        assert.equal(tree.has(target), kind === recordKinds.renameOnto);
        tree.delete(name);
        tree.set(target, chunks);
        break;
      case recordKinds.copy:
        assert.ok(!tree.has(target));
        assert.equal(size, chunks.length * 1024);
        tree.set(target, [...chunks]);
        break;
      case recordKinds.append:
        assert.equal(first, chunks.length);
        chunks.push(...Array.from({ length: count }, () => ({ incarnation, generation })));
        break;
      case recordKinds.write:
        for (let chunk = first; chunk < first + count; chunk++) chunks[chunk] = { incarnation, generation };
        break;
      case recordKinds.truncate:
        chunks.length = Math.min(chunks.length, size / 1024);
        extend(chunks, size);
        break;
      case recordKinds.punchHole:
        for (let chunk = first; chunk < Math.min(first + count, chunks.length); chunk++) chunks[chunk] = zeros;
        extend(chunks, size);
        break;
      case recordKinds.fallocate:
        extend(chunks, size);
    }
  }
  return tree;
}

/** By name: what verify read. */
function readBack({ verified }: Lived): Map<number, Stamp[]> {
  const tree = new Map<number, Stamp[]>();
  for (const { kind, flags, name, content, first, count, generation, incarnation } of verified) {
    if (flags !== 0 || objectOf(name).kind !== 'file') continue;
    if (kind === recordKinds.scanEntry) tree.set(name, []);
    if (kind !== recordKinds.scanRead && kind !== recordKinds.observe) continue;
    assert.ok(count === 0 || content === contents.data || content === contents.zeros);
    for (let chunk = first; chunk < first + count; chunk++) (tree.get(name) ?? [])[chunk] = { incarnation, generation };
  }
  return tree;
}

/** By name: the operation that set its attribute, 0 for none. */
function valuesOf(records: readonly JournalRecord[]): Map<number, number> {
  const tree = new Map<number, number>();
  for (const { kind, name, target, generation } of records) {
    if (kind === recordKinds.touch) tree.set(name, 0);
    if (kind === recordKinds.copy) tree.set(target, 0);
    if (kind === recordKinds.setxattr) tree.set(name, generation);
    const isMoved = kind === recordKinds.rename || kind === recordKinds.renameOnto;
    if (isMoved) tree.set(target, tree.get(name) ?? 0);
    if (isMoved || kind === recordKinds.delete) tree.delete(name);
  }
  return tree;
}

function examined(lived: Lived): readonly unknown[] {
  const history = historyOfRecords(lived);
  const found = checks.flatMap((check) => check.examine(history));
  return found.filter(({ code, grade }) => code !== 'D16' || grade !== 'allowed');
}

describe('all operations on files', () => {
  it('leave what their records say, each chunk of a copy with the stamp of its source', async () => {
    const lived = await live(root, { changes: { weights } });
    for (const kind of ['append', 'fsync', 'fdatasync', 'copy', 'renameOnto', 'chmod', 'utimes'] as const) {
      const done = lived.stressed.filter((record) => record.kind === recordKinds[kind]);
      assert.ok(done.length > 60, `${done.length} of ${kind}`);
      assert.ok(done.every(({ outcome }) => outcome === outcomes.ok));
    }
    const sorted = (tree: Map<number, Stamp[]>): unknown => [...tree].sort(([a], [b]) => a - b);
    assert.deepEqual(sorted(readBack(lived)), sorted(replay(lived.stressed)));
  });

  it('allocate and punch, and set an extended attribute, which each look tells', async (t) => {
    const lived = await live(root, { changes: { weights: extra } });
    if (lived.notes.some(({ kind }) => kind === 'untried')) return t.skip('not all of the calls are there');
    for (const kind of ['fallocate', 'punchHole', 'setxattr', 'getxattr'] as const) {
      const done = lived.stressed.filter((record) => record.kind === recordKinds[kind]);
      assert.ok(done.length > 60, `${done.length} of ${kind}`);
      assert.ok(done.every(({ outcome }) => outcome === outcomes.ok));
    }
    const kept = lived.stressed.filter(({ flags }) => flags === extentFlags.keepsSize);
    for (const kind of [recordKinds.fallocate, recordKinds.punchHole]) {
      assert.ok(kept.some((record) => record.kind === kind));
      assert.ok(lived.stressed.some(({ kind: is, size, flags }) => is === kind && flags === 0 && size > 0));
    }
    const sorted = (tree: Map<number, Stamp[]>): unknown => [...tree].sort(([a], [b]) => a - b);
    assert.deepEqual(sorted(readBack(lived)), sorted(replay(lived.stressed)));
    const seen = lived.verified.filter(({ kind, flags }) => kind === recordKinds.getxattr && flags === 0);
    const values = seen.map(({ name, content, generation }) => [name, content === contents.none ? 0 : generation]);
    assert.deepEqual(new Map(values.map(([name, value]) => [name, value])), valuesOf(lived.stressed));
    assert.deepEqual(examined(lived), []);
  });

  it('are not tried where nothing can make the calls, which is noted once', async () => {
    const operations: FileOperations = { ...fileOperations, openCalls: () => undefined };
    const lived = await live(root, { operations, changes: { weights: extra } });
    const tried = new Set([...lived.stressed, ...lived.verified].map(({ kind }) => kind));
    for (const kind of ['fallocate', 'punchHole', 'setxattr', 'getxattr'] as const)
      assert.ok(!tried.has(recordKinds[kind]));
    const calls = ['setxattr', 'fallocate', 'preallocate', 'punchHole', 'zeroRange'];
    assert.deepEqual(
      lived.notes.filter(({ kind }) => kind === 'untried'),
      calls.map((call) => ({ kind: 'untried', call, errno: 0 })),
    );
  });

  it('are tried once where the file system has no such call, and then no more', async () => {
    const refuse = (): never => {
      throw Object.assign(new Error('ENOTSUP'), { errno: -os.constants.errno.ENOTSUP });
    };
    const calls = {
      means: 'none',
      getxattr: refuse,
      setxattr: refuse,
      removexattr: refuse,
      fallocate: refuse,
      close: () => {},
    };
    const lived = await live(root, {
      operations: { ...fileOperations, openCalls: () => calls },
      changes: { weights: extra },
    });
    assert.deepEqual(lived.unexpected, []);
    assert.equal(lived.notes.filter(({ kind }) => kind === 'untried').length, 5);
    for (const [kind, most] of [
      ['fallocate', 2],
      ['punchHole', 2],
      ['setxattr', 1],
    ] as const) {
      const tried = lived.stressed.filter((record) => record.kind === recordKinds[kind]);
      assert.ok(tried.length <= most && tried.every(({ outcome }) => outcome === outcomes.error));
    }
    assert.deepEqual(examined(lived), []);
  });

  it('decide the same with the same seed, and as before where a plan has no weight for the newer ones', async () => {
    const decisions = [];
    const none = { ...some, append: 0, copy: 0, renameOnto: 0, chmod: 0, setxattr: 0, fallocate: 0, punchHole: 0 };
    for (const given of [extra, extra, some, none]) {
      decisions.push(decisionsOf((await live(root, { changes: { weights: given } })).stressed));
    }
    assert.deepEqual(decisions[0], decisions[1]);
    assert.notDeepEqual(decisions[0], decisions[2]);
    assert.deepEqual(decisions[2], decisions[3]);
  });

  it('raise nothing but that failed writes are visible, whichever of them fails, before or after it took effect', async () => {
    let failures = 0;
    for (let seed = 1; seed <= 12; seed++) {
      let calls = 0;
      const operations = failing(() => ++calls % (19 + seed) === 0);
      const lived = await live(root, { seed, operations, changes: { weights: extra, filesPerFolder: 40 } });
      failures += lived.stressed.filter(({ outcome }) => outcome === outcomes.error).length;
      assert.deepEqual(examined(lived), []);
    }
    assert.ok(failures > 1_000);
  });

  it('leave a file alone, but for its name, when an fsync or a copy of it failed', async () => {
    let calls = 0;
    const operations = failing(() => ++calls % 9 === 0, ['fsync', 'fdatasync', 'copy']);
    const { stressed } = await live(root, { operations, changes: { weights } });
    const mayMove = new Set<number>([
      recordKinds.stat,
      recordKinds.delete,
      recordKinds.rename,
      recordKinds.renameOnto,
      recordKinds.read,
      recordKinds.observe,
    ]);
    const tainted = new Set<number>();
    for (const { kind, incarnation, outcome } of stressed) {
      assert.ok(mayMove.has(kind) || !tainted.has(incarnation));
      if (outcome === outcomes.error && !mayMove.has(kind) && incarnation > 0) tainted.add(incarnation);
    }
    assert.ok(tainted.size > 20);
  });
});

describe('writes that must last', () => {
  const opened = async (changes: Partial<FilesSpec>): Promise<{ flags: ReadonlySet<number>; lived: Lived }> => {
    const flags = new Set<number>();
    const operations: FileOperations = {
      ...fileOperations,
      open(path, given, mode) {
        if ((given & fs.constants.O_WRONLY) !== 0 && (given & fs.constants.O_CREAT) === 0) flags.add(given);
        return fileOperations.open(path, given, mode);
      },
    };
    return {
      flags,
      lived: await live(root, { operations, changes: { weights: { ...some, truncate: 0 }, ...changes } }),
    };
  };

  it('are synchronous where the profile says so, data alone or all', async () => {
    const { O_DSYNC, O_SYNC } = fs.constants;
    for (const [sync, flag] of [['data', O_DSYNC] as const, ['all', O_SYNC] as const]) {
      const { flags } = await opened({ sync });
      assert.ok(flags.size > 0 && [...flags].every((given) => (given & O_SYNC) === flag));
    }
    const { flags } = await opened({});
    assert.ok([...flags].every((given) => (given & O_SYNC) === 0));
  });

  it('are followed by an fsync of the file, every so many of them', async () => {
    const { lived } = await opened({ fsyncEvery: 3 });
    const kinds = lived.stressed.filter(({ kind }) => kind === recordKinds.write || kind === recordKinds.fsync);
    const syncs = kinds.flatMap(({ kind }, at) => (kind === recordKinds.fsync ? [at] : []));
    assert.ok(syncs.length > 60);
    assert.ok(
      syncs.every((at, index) => at === 4 * index + 3 && kinds[at]?.incarnation === kinds[at - 1]?.incarnation),
    );
  });
});

describe('the file operations', () => {
  it('append where the file ends, whatever else was written there', () => {
    const path = join(root, 'log');
    const fd = fileOperations.open(path, fs.constants.O_CREAT | fs.constants.O_WRONLY | fs.constants.O_APPEND);
    fs.appendFileSync(path, 'theirs, ');
    assert.equal(fileOperations.append(fd, Buffer.from('..ours'), 2, 4), 4);
    fileOperations.close(fd);
    assert.equal(fs.readFileSync(path, 'utf8'), 'theirs, ours');
  });

  it('copy to no name that is taken', () => {
    const [from, to] = [join(root, 'from'), join(root, 'to')];
    fs.writeFileSync(from, 'new');
    fs.writeFileSync(to, 'old');
    assert.throws(() => fileOperations.copy(from, to), { code: 'EEXIST' });
    assert.equal(fs.readFileSync(to, 'utf8'), 'old');
  });
});
