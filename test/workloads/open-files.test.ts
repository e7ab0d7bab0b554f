import assert from 'node:assert/strict';
import { constants, existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { outcomes, recordKinds } from '../../src/model/record.ts';
import { closed, OpenFiles } from '../../src/workloads/open-files.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { live } from '../support/lived.ts';
import { historyOfRecords } from '../support/record-history.ts';

const skip = existsSync('/proc/self/fd') ? false : 'no /proc here to count descriptors by';

const weights = { mkdir: 0, delete: 3, list: 0, touch: 8, stat: 0, read: 40, write: 12, rename: 8, truncate: 0 };

describe('files that are kept open', { skip }, () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'funbric-open-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const openCount = (): number => readdirSync('/proc/self/fd').length;
  const keep = (limit: number, operations: FileOperations = fileOperations): OpenFiles =>
    new OpenFiles({ operations, limit, files: 8 });
  const readAll = (files: OpenFiles, place: number, name: string): string => {
    const known = files.descriptorOf(place);
    const fd = known === closed ? files.open(place, join(root, name)) : known;
    const buffer = Buffer.alloc(100);
    return buffer.toString('utf8', 0, fileOperations.read(fd, buffer, 0, 100, 0));
  };

  it('are opened once, and no more of them than asked for, until all are let go', () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) writeFileSync(join(root, name), name);
    const files = keep(2);
    const before = openCount();
    for (const name of ['a', 'b', 'c', 'c', 'a']) assert.equal(readAll(files, names.indexOf(name), name), name);
    assert.equal(openCount(), before + 2);
    assert.equal(files.descriptorOf(1), closed);
    files.closeAll();
    assert.equal(openCount(), before);
  });

  it('are opened anew once they were let go', () => {
    const files = keep(8);
    for (const name of ['old', 'new']) writeFileSync(join(root, name), name);
    assert.equal(readAll(files, 3, 'old'), 'old');
    assert.equal(readAll(files, 3, 'new'), 'old');
    files.letGo(3);
    assert.equal(readAll(files, 3, 'new'), 'new');
    files.closeAll();
  });

  it('keep the time of their last access', () => {
    const path = join(root, 'untouched');
    writeFileSync(path, 'x');
    utimesSync(path, 1_000_000_000, 1_000_000_001);
    const files = keep(8);
    assert.equal(readAll(files, 0, 'untouched'), 'x');
    files.closeAll();
    assert.equal(statSync(path).atimeMs, 1e12);
  });

  it('are read also by who may not leave that time alone, and no other error is passed over', () => {
    writeFileSync(join(root, 'foreign'), 'x');
    const refusing = (code: string): OpenFiles => {
      const open: FileOperations['open'] = (path, flags) => {
        if (flags !== constants.O_RDONLY) throw Object.assign(new Error(code), { code });
        return fileOperations.open(path, flags);
      };
      return keep(8, { ...fileOperations, open });
    };
    const files = refusing('EPERM');
    assert.equal(readAll(files, 0, 'foreign'), 'x');
    files.closeAll();
    if (process.platform === 'linux') assert.throws(() => readAll(refusing('EIO'), 0, 'foreign'), { code: 'EIO' });
  });

  it('are the files that bear the names now, after renames and removals, and none is left open', async () => {
    const opened: string[] = [];
    const open: FileOperations['open'] = (path, flags, mode) => {
      if ((flags & ~constants.O_NOATIME) === constants.O_RDONLY) opened.push(path);
      return fileOperations.open(path, flags, mode);
    };
    const before = openCount();
    const changes = { weights: { ...weights, renameOnto: 4, copy: 4 }, filesPerFolder: 1, openFiles: 6 };
    const lived = await live(root, { hosts: 2, changes, operations: { ...fileOperations, open } });
    assert.equal(openCount(), before);
    const [own, others] = [0, 1].map((worker) => ({
      reads: lived.stressed.filter(({ kind, owner }) => kind === recordKinds.read && owner === worker),
      opened: opened.filter((path) => path.includes(`/own/000${worker}/`)).length,
    }));
    assert.ok(own !== undefined && own.reads.length > 400 && own.opened < own.reads.length);
    assert.ok(own.reads.every(({ outcome, size }) => outcome === outcomes.ok || size === 0));
    // Those of others may be other files at any time.
    assert.ok(others !== undefined && others.reads.length > 400);
    assert.equal(others.opened, others.reads.length);
    const history = historyOfRecords(lived);
    assert.deepEqual(
      checks.flatMap((check) => check.examine(history)).filter(({ grade }) => grade === 'proven'),
      [],
    );
  });
});
