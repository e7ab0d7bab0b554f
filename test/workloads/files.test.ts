import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { contents, outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { objectOf, pathOf } from '../../src/model/namespace.ts';
import { files } from '../../src/workloads/files.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { agentSpec, filesSpec } from '../support/agent-process.ts';
import { failing } from '../support/failing-operations.ts';
import { decisionsOf, live as liveBelow, type Lived, type LivedOptions } from '../support/lived.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const live = (options: LivedOptions): Promise<Lived> => liveBelow(root, options);

/** Paths of whole files, the longest first. */
function longestFiles(runPath: string): string[] {
  return fs
    .readdirSync(runPath, { recursive: true, encoding: 'utf8' })
    .filter((path) => /f\d{3}$/.test(path))
    .sort((a, b) => fs.statSync(join(runPath, b)).size - fs.statSync(join(runPath, a)).size);
}

/** There is one worker only: whatever it opens of another's is there. */
const openAny: FileOperations['open'] = (path, flags, mode) =>
  path.includes('/own/0001/') ? fs.openSync(os.devNull, 'r') : fileOperations.open(path, flags, mode);

/** What verify saw that is not good data or legitimate zeros. */
function oddOf(verified: readonly JournalRecord[]): readonly JournalRecord[] {
  const good = new Set<number>([contents.data, contents.zeros, contents.none]);
  return verified.filter(({ content, flags }) => flags !== readFlags.secondScan && !good.has(content));
}

describe('the files engine', () => {
  it('decides the same with the same seed, record by record', async () => {
    const [first, second] = [await live({ seed: 7 }), await live({ seed: 7 })];
    assert.ok(first.stressed.length >= 3_000);
    assert.deepEqual(decisionsOf(first.stressed), decisionsOf(second.stressed));
  });

  it('decides otherwise with another seed', async () => {
    const [first, second] = [await live({ seed: 7 }), await live({ seed: 8 })];
    assert.notDeepEqual(decisionsOf(first.stressed), decisionsOf(second.stressed));
  });

  it('finds every file of its own where its records say, with the size and generations that they say', async () => {
    const { stressed, verified } = await live({});
    const expected = replay(stressed);
    const entries = verified.filter(({ kind, flags }) => kind === recordKinds.scanEntry && flags === 0);
    const seen = new Map(
      entries.filter(({ name }) => objectOf(name).kind === 'file').map((entry) => [entry.name, entry.size]),
    );
    assert.ok(seen.size > 3);
    assert.deepEqual(seen, new Map([...expected].map(([name, file]) => [name, file.chunks.length * 1024])));
    for (const { kind, flags, name, content, first, count, generation, incarnation } of verified) {
      if ((kind !== recordKinds.scanRead && kind !== recordKinds.observe) || flags !== 0) continue;
      const file = expected.get(name);
      for (let chunk = first; chunk < first + count; chunk++) {
        const wanted = file?.chunks[chunk] ?? 0;
        assert.equal(content, wanted === 0 ? contents.zeros : contents.data);
        assert.equal(generation, wanted);
        if (wanted > 0) assert.equal(incarnation, file?.incarnation);
      }
    }
  });

  it('does every scan twice', async () => {
    const { verified } = await live({});
    const scans = (flags: number): readonly unknown[] =>
      decisionsOf(verified.filter((record) => record.flags === flags));
    assert.deepEqual(scans(0), scans(readFlags.secondScan));
  });

  it('writes down every name that a list saw, and strange ones as notes', async () => {
    const readdir: FileOperations['readdir'] = (path) => [
      ...fileOperations.readdir(path),
      ...(/d\d$/.test(path) ? [{ name: Buffer.from('strange'), isFile: true, isDirectory: false }] : []),
    ];
    const { stressed, notes } = await live({ operations: { ...fileOperations, readdir } });
    const lists = stressed.filter(({ kind }) => kind === recordKinds.list);
    assert.ok(lists.length > 20);
    for (const list of lists) {
      const runs = stressed.filter(({ kind, sequence }) => kind === recordKinds.listed && sequence === list.sequence);
      assert.equal(list.count, list.size - 1);
      assert.equal(
        runs.reduce((sum, { count }) => sum + count, 0),
        list.count,
      );
      for (const { name } of runs) assert.equal(objectOf(name).folder, objectOf(list.name).folder);
    }
    assert.ok(lists.some(({ count }) => count > 1));
    assert.ok(notes.some((note) => note.kind === 'entry' && note.path.endsWith('/strange')));
  });

  it('says of a read whose first call brought less than it asked for', async () => {
    const read: FileOperations['read'] = (fd, buffer, offset, length, position) =>
      fileOperations.read(fd, buffer, offset, Math.min(length, 1024), position);
    const { stressed } = await live({ operations: { ...fileOperations, read } });
    const reads = stressed.filter(({ kind, outcome }) => kind === recordKinds.read && outcome === outcomes.ok);
    const full = reads.filter(({ flags }) => flags === 0);
    const short = reads.filter(({ flags }) => flags === readFlags.short);
    assert.equal(full.length + short.length, reads.length);
    assert.ok(full.length > 0 && full.every(({ size }) => size === 1024));
    assert.ok(short.some(({ size }) => size === 1024) && short.some(({ size }) => size === 0));
  });

  it('expects that others remove their files, also while it reads them on a network file system, but nobody its own', async () => {
    const { ESTALE } = os.constants.errno;
    const read: FileOperations['read'] = () => {
      throw Object.assign(new Error('ESTALE'), { errno: -ESTALE });
    };
    const run = await live({
      hosts: 2,
      operations: { ...fileOperations, read, open: openAny },
    });
    const stale = run.stressed.filter(({ kind, errno }) => kind === recordKinds.read && errno === ESTALE);
    const [own, others] = [stale.filter(({ owner }) => owner === 0), stale.filter(({ owner }) => owner === 1)];
    assert.ok(own.some(({ sequence }) => run.unexpected.includes(sequence)));
    assert.ok(others.length > 100);
    assert.ok(others.every(({ sequence }) => !run.unexpected.includes(sequence)));
  });

  it('goes on, and never relies on what it cannot know, whatever operation fails', async () => {
    let calls = 0;
    const operations = failing(() => ++calls % 37 === 0);
    const { stressed } = await live({ operations });
    const failed = stressed.filter(({ outcome }) => outcome === outcomes.error);
    assert.ok(failed.length > 50);
    // The name of a change that failed is not created, written, moved or moved to again; a file may only be deleted.
    const uncertain = new Set<number>();
    const changes = new Set<number>([recordKinds.touch, recordKinds.rename, recordKinds.delete]);
    for (const { kind, name, target, outcome } of stressed) {
      if (changes.has(kind)) {
        assert.ok(!uncertain.has(name), pathOf(0, name));
        if (kind === recordKinds.rename) assert.ok(!uncertain.has(target));
        if (outcome === outcomes.error) uncertain.add(name);
        if (outcome === outcomes.error && kind === recordKinds.rename) uncertain.add(target);
      }
    }
  });
});

describe('verify', () => {
  it('keeps evidence of a flipped byte: which file, which byte', async () => {
    let path = '';
    const { verified, notes } = await live({
      tamper(runPath) {
        path = longestFiles(runPath)[0] ?? '';
        flip(join(runPath, path), 700);
      },
    });
    assert.equal(oddOf(verified)[0]?.content, contents.badBody);
    assert.deepEqual(
      notes.map((note) => note.kind === 'evidence' && [note.path, note.chunk, note.offset]),
      [
        [path, 0, 700],
        [path, 0, 700],
      ],
    );
  });

  it('calls swapped chunks misplaced, both of them', async () => {
    const { verified } = await live({
      tamper(runPath) {
        const path = join(runPath, longestFiles(runPath)[0] ?? '');
        const bytes = fs.readFileSync(path);
        fs.writeFileSync(
          path,
          Buffer.concat([bytes.subarray(1024, 2048), bytes.subarray(0, 1024), bytes.subarray(2048)]),
        );
      },
      changes: { weights: { ...filesSpec('/').weights, truncate: 0 } },
    });
    assert.deepEqual(
      oddOf(verified).map(({ content, first, target }) => [content, first, target]),
      [
        [contents.misplaced, 0, 1],
        [contents.misplaced, 1, 0],
      ],
    );
  });

  it('notes every name that no tree can hold, and follows no link', async () => {
    const { notes, runPath } = await live({
      tamper(path) {
        fs.writeFileSync(join(path, 'own/0000/d0/f0001'), 'xx');
        fs.writeFileSync(join(path, 'own/0000/d1/<img src=x>\n'), '');
        fs.mkdirSync(join(path, 'own/0000/d8'));
        fs.mkdirSync(join(path, 'own/0007'));
        fs.symlinkSync('/etc', join(path, 'own/0000/d2/f999'));
        fs.writeFileSync(join(path, 'stray'), 'x');
      },
    });
    assert.ok(runPath.length > 0);
    assert.deepEqual(notes.map((note) => (note.kind === 'entry' ? `${note.type} ${note.path}` : note.kind)).sort(), [
      'file own/0000/d0/f0001',
      'file own/0000/d1/<img src=x>\\u{a}',
      'file stray',
      'folder own/0000/d8',
      'folder own/0007',
      'other own/0000/d2/f999',
    ]);
  });
});

describe('teardown', () => {
  it('deletes nothing in a folder without our marker', async () => {
    const dir = fs.mkdtempSync(join(root, 'dir-'));
    const spec = agentSpec(filesSpec(dir, { workers: 1 }));
    const context = { spec, signal: new AbortController().signal };
    await files.setup(context);
    const runPath = join(dir, `funbric-${spec.run}`);
    fs.writeFileSync(join(runPath, '.funbric-run'), 'another run\n');
    await assert.rejects(files.teardown(context), /nothing was removed/);
    assert.ok(fs.existsSync(join(runPath, 'own/0000/d0')));
  });

  it('leaves the trees of hosts that are still there, and what links point to', async () => {
    const dir = fs.mkdtempSync(join(root, 'dir-'));
    const outside = fs.mkdtempSync(join(root, 'outside-'));
    fs.writeFileSync(join(outside, 'precious'), 'x');
    const spec = agentSpec(filesSpec(dir, { workers: 1 }), { hosts: 2 });
    const contextOf = (host: number): Parameters<typeof files.setup>[0] => ({
      spec: { ...spec, host },
      signal: new AbortController().signal,
    });
    await files.setup(contextOf(0));
    await files.setup(contextOf(1));
    const runPath = join(dir, `funbric-${spec.run}`);
    fs.symlinkSync(outside, join(runPath, 'own/0000/d0/f000'));
    await files.teardown(contextOf(0));
    assert.deepEqual(fs.readdirSync(join(runPath, 'own')), ['0001']);
    await files.teardown(contextOf(1));
    assert.deepEqual(fs.readdirSync(dir), []);
    assert.deepEqual(fs.readdirSync(outside), ['precious']);
  });

  it('is refused the folder of a run that somebody else put there', async () => {
    const dir = fs.mkdtempSync(join(root, 'dir-'));
    const spec = agentSpec(filesSpec(dir, { workers: 1 }));
    fs.mkdirSync(join(dir, `funbric-${spec.run}`));
    fs.writeFileSync(join(dir, `funbric-${spec.run}`, 'theirs'), 'x');
    const context = { spec, signal: new AbortController().signal };
    await assert.rejects(files.setup(context), /can't be made the run's folder/);
    assert.deepEqual(fs.readdirSync(dir), [`funbric-${spec.run}`]);
  });
});

/** The tree that successful records leave: by name, the life and each chunk's generation (0: zeros). */
function replay(records: readonly JournalRecord[]): Map<number, { incarnation: number; chunks: number[] }> {
  const tree = new Map<number, { incarnation: number; chunks: number[] }>();
  for (const { kind, name, target, first, count, generation, sequence, size } of records) {
    const file = tree.get(name);
    if (kind === recordKinds.touch) tree.set(name, { incarnation: sequence, chunks: [] });
    else if (kind === recordKinds.delete) tree.delete(name);
    else if (kind === recordKinds.rename && file !== undefined) {
      tree.delete(name);
      tree.set(target, file);
    } else if (kind === recordKinds.write && file !== undefined) {
      for (let chunk = first; chunk < first + count; chunk++) file.chunks[chunk] = generation;
    } else if (kind === recordKinds.truncate && file !== undefined) {
      const chunks = size / 1024;
      file.chunks.length = Math.min(file.chunks.length, chunks);
      while (file.chunks.length < chunks) file.chunks.push(0);
    }
  }
  return tree;
}

function flip(path: string, at: number): void {
  const bytes = fs.readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bytes);
}
