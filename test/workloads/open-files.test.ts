import assert from 'node:assert/strict';
import { constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keepOpen, type OpenFiles } from '../../src/workloads/open-files.ts';
import { fileOperations } from '../../src/workloads/operations.ts';

const skip = existsSync('/proc/self/fd') ? false : 'no /proc here to count descriptors by';

describe('files that are kept open', { skip }, () => {
  let root: string;
  let tree: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'funbric-open-'));
    tree = join(root, 'own');
    mkdirSync(tree);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const openCount = (): number => readdirSync('/proc/self/fd').length;
  const readAll = ({ operations }: OpenFiles, name: string): string => {
    const fd = operations.open(join(tree, name), constants.O_RDONLY);
    const buffer = Buffer.alloc(100);
    const text = buffer.toString('utf8', 0, operations.read(fd, buffer, 0, 100, 0));
    operations.close(fd);
    return text;
  };

  it('are opened once, and no more of them than asked for, until all are let go', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(tree, name), name);
    const files = keepOpen(fileOperations, { limit: 2, tree });
    const before = openCount();
    for (const name of ['a', 'b', 'c', 'c', 'a']) assert.equal(readAll(files, name), name);
    assert.equal(openCount(), before + 2);
    files.closeAll();
    assert.equal(openCount(), before);
  });

  it('are the files that bear the name now, after a rename and a removal', () => {
    const files = keepOpen(fileOperations, { limit: 8, tree });
    for (const name of ['old', 'new']) writeFileSync(join(tree, name), name);
    assert.deepEqual([readAll(files, 'old'), readAll(files, 'new')], ['old', 'new']);
    files.operations.rename(join(tree, 'new'), join(tree, 'old'));
    assert.equal(readAll(files, 'old'), 'new');
    files.operations.unlink(join(tree, 'old'));
    assert.throws(() => readAll(files, 'old'), { code: 'ENOENT' });
    assert.throws(() => readAll(files, 'new'), { code: 'ENOENT' });
    files.closeAll();
  });

  it('are only those of the own tree', () => {
    const files = keepOpen(fileOperations, { limit: 8, tree });
    writeFileSync(join(root, 'other'), 'x');
    const before = openCount();
    files.operations.close(files.operations.open(join(root, 'other'), constants.O_RDONLY));
    assert.equal(openCount(), before);
    files.closeAll();
  });
});
