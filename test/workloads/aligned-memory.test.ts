import assert from 'node:assert/strict';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { alignedMemory } from '../../src/workloads/aligned-memory.ts';

const fileBytes = 1 << 16;

describe('memory for what is read', () => {
  it('is as much as was asked for, and empty', () => {
    for (const bytes of [512, 4096, 65_536, 1_048_576]) {
      const words = new Uint8Array(alignedMemory(bytes), 0, bytes);
      assert.equal(words.length, bytes);
      assert.ok(words.every((byte) => byte === 0));
    }
  });

  it('begins with a page, so that direct I/O may read to it', (context) => {
    const folder = mkdtempSync('/var/tmp/funbric-test-');
    try {
      const path = join(folder, 'direct');
      writeFileSync(path, Buffer.alloc(fileBytes, 7));
      const fd = openDirect(path, context);
      if (fd === undefined) return;
      // Whether it minds at all.
      const isChecked = !canRead(fd, Buffer.from(alignedMemory(2 * fileBytes), 16, fileBytes));
      if (!isChecked) context.skip('direct I/O reads to anywhere on the file system of /var/tmp');
      else for (const bytes of [4096, fileBytes]) assert.ok(canRead(fd, Buffer.from(alignedMemory(bytes), 0, bytes)));
      closeSync(fd);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function openDirect(path: string, context: TestContext): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    context.skip('no direct I/O on the file system of /var/tmp');
    return undefined;
  }
}

function canRead(fd: number, buffer: Buffer): boolean {
  try {
    return readSync(fd, buffer, 0, buffer.length, 0) === buffer.length;
  } catch {
    return false;
  }
}
