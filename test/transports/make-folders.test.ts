import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeFolders } from '../../src/transports/make-folders.ts';

const folder = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('folders', () => {
  it('are made by many at the same time, each with those above it', async () => {
    for (let round = 0; round < 50; round++) {
      const paths = Array.from({ length: 8 }, (_, host) => join(folder, `round-${round}/a/b/c/${host}`));
      await Promise.all(paths.map(async (path) => makeFolders(path)));
      assert.ok(paths.every((path) => statSync(path).isDirectory()));
    }
  });

  it('stay as they are where they are there', async () => {
    const path = join(folder, 'there');
    await makeFolders(path);
    writeFileSync(join(path, 'file'), '');
    await makeFolders(path);
    assert.ok(existsSync(join(path, 'file')));
  });

  it('are not made where something else is, nor on a file system that has none', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    await assert.rejects(makeFolders(path), { code: 'EEXIST' });
    await assert.rejects(makeFolders(join(path, 'below')), { code: 'ENOTDIR' });
    if (existsSync('/proc/self')) await assert.rejects(makeFolders('/proc/no/such'), { code: 'ENOENT' });
  });
});
