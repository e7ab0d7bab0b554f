/** Appends, syncs, copies and renames onto names, against a model of the tree that is made from the records alone. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { contents, outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { objectOf } from '../../src/model/namespace.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import { failing } from '../support/failing-operations.ts';
import { decisionsOf, live, type Lived } from '../support/lived.ts';
import { historyOfRecords } from '../support/record-history.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const some = { mkdir: 1, delete: 3, list: 1, touch: 8, stat: 1, read: 10, write: 12, rename: 5, truncate: 5 };
const weights = { ...some, append: 12, fsync: 6, fdatasync: 6, copy: 10, renameOnto: 5 };

/** The stamp that a chunk must carry; generation 0: zeros. */
interface Stamp {
  readonly incarnation: number;
  readonly generation: number;
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
        while (chunks.length < size / 1024) chunks.push({ incarnation: 0, generation: 0 });
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

describe('all operations on files', () => {
  it('leave what their records say, each chunk of a copy with the stamp of its source', async () => {
    const lived = await live(root, { changes: { weights } });
    for (const kind of ['append', 'fsync', 'fdatasync', 'copy', 'renameOnto'] as const) {
      const done = lived.stressed.filter((record) => record.kind === recordKinds[kind]);
      assert.ok(done.length > 60, `${done.length} of ${kind}`);
      assert.ok(done.every(({ outcome }) => outcome === outcomes.ok));
    }
    const sorted = (tree: Map<number, Stamp[]>): unknown => [...tree].sort(([a], [b]) => a - b);
    assert.deepEqual(sorted(readBack(lived)), sorted(replay(lived.stressed)));
  });

  it('decide the same with the same seed, and as before where a plan has no weight for the newer ones', async () => {
    const decisions = [];
    for (const given of [weights, weights, some, { ...some, append: 0, copy: 0, renameOnto: 0 }]) {
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
      const lived = await live(root, { seed, operations, changes: { weights, filesPerFolder: 40 } });
      failures += lived.stressed.filter(({ outcome }) => outcome === outcomes.error).length;
      const history = historyOfRecords(lived);
      const found = checks.flatMap((check) => check.examine(history));
      assert.deepEqual(
        found.filter(({ code, grade }) => code !== 'D16' || grade !== 'allowed'),
        [],
      );
    }
    assert.ok(failures > 1_000);
  });

  it('leave a file alone, but for its name, when an fsync or a copy of it failed', async () => {
    let calls = 0;
    const operations = failing(() => ++calls % 9 === 0, ['fsync', 'fdatasync', 'copy']);
    const { stressed } = await live(root, { operations, changes: { weights } });
    const mayMove = new Set<number>([
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
