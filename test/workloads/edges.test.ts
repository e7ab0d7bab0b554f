/** Files that end inside chunks: what a worker makes of them, what readers tell, and what checks find in it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { contents, outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { chunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf, newSeen } from '../../src/workloads/content.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { failing } from '../support/failing-operations.ts';
import { live, type Lived } from '../support/lived.ts';
import { historyOfRecords } from '../support/record-history.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const names = { mkdir: 0, delete: 2, list: 1, touch: 4, stat: 5, rename: 3, renameOnto: 2, copy: 6 };
const weights = { ...names, read: 30, write: 20, truncate: 25, append: 20, fsync: 2 };
const chunkBytes = 1024;

async function atEdges(options: Partial<Parameters<typeof live>[1]> = {}): Promise<Lived> {
  const { changes = {}, ...others } = options;
  return await live(root, { ...others, changes: { weights, edges: 80, ...changes } });
}

function findingsOf(lived: Lived): readonly (readonly [code: string, grade: string])[] {
  const history = historyOfRecords(lived);
  return checks.flatMap((check) => check.examine(history)).map(({ code, grade }) => [code, grade] as const);
}

describe('files that end inside chunks', () => {
  it('leave nothing that a check would find', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const lived = await atEdges({ seed });
      assert.deepEqual(lived.unexpected, []);
      assert.deepEqual(findingsOf(lived), [], `seed ${seed}`);
    }
  });

  it('are of every size around an edge', async () => {
    const sizes = new Set<number>();
    for (let seed = 1; seed <= 4; seed++) {
      for (const { kind, size } of (await atEdges({ seed })).verified)
        if (kind === recordKinds.scanEntry) sizes.add(size);
      for (const { kind, size } of (await atEdges({ seed })).stressed) if (kind === recordKinds.stat) sizes.add(size);
    }
    for (const size of [0, 1, 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097, 16_383, 16_384]) {
      assert.ok(sizes.has(size), `${size}`);
    }
  });

  it('are read to their end, and told as cut where that is inside a chunk', async () => {
    const { verified } = await atEdges();
    const cut = verified.filter(({ content }) => content === contents.cut);
    assert.ok(cut.some(({ target }) => target < 32) && cut.some(({ target }) => target > 32));
    assert.ok(verified.every(({ content }) => content !== contents.partial && content !== contents.unreadable));
  });

  it('raise nothing but that failed writes are visible, whichever operation fails', async () => {
    let failures = 0;
    for (let seed = 1; seed <= 12; seed++) {
      let calls = 0;
      const operations = failing(() => ++calls % (19 + seed) === 0);
      const lived = await atEdges({ seed, operations, changes: { filesPerFolder: 40 } });
      failures += lived.stressed.filter(({ outcome }) => outcome === outcomes.error).length;
      assert.deepEqual(
        findingsOf(lived).filter(([code, grade]) => code !== 'D16' || grade !== 'allowed'),
        [],
        `seed ${seed}`,
      );
    }
    assert.ok(failures > 500);
  });
});

/** Of the last change that ended inside a chunk and was followed by a longer size. */
function onExtension(harm: (path: string, from: number, to: number) => void): FileOperations {
  const paths = new Map<number, string>();
  return {
    ...fileOperations,
    open(path, flags, mode) {
      const fd = fileOperations.open(path, flags, mode);
      paths.set(fd, path);
      return fd;
    },
    ftruncate(fd, bytes) {
      const before = fileOperations.fsize(fd);
      fileOperations.ftruncate(fd, bytes);
      const isInside = before % chunkBytes >= 100 && bytes >= before - (before % chunkBytes) + chunkBytes;
      if (isInside) harm(paths.get(fd) ?? '', before, bytes);
    },
  };
}

function patch(path: string, position: number, bytes: Buffer): void {
  const fd = fs.openSync(path, 'r+');
  fs.writeSync(fd, bytes, 0, bytes.length, position);
  fs.closeSync(fd);
}

const onlyTruncates = { ...weights, write: 10, append: 0, copy: 0, delete: 0, rename: 0, renameOnto: 0 };

describe('a file system that breaks at edges', () => {
  it('is found where bytes behind an old end are not zero (D20, or D05 where they are of nobody)', async () => {
    const operations = onExtension((path, from) => patch(path, from, Buffer.of(0x5a)));
    const found = findingsOf(await atEdges({ operations, changes: { weights: onlyTruncates } }));
    assert.ok(found.length > 0);
    assert.ok(
      found.every(([code, grade]) => (code === 'D20' || code === 'D05') && grade === 'proven'),
      found.join('; '),
    );
  });

  it('is found where an extension zeroes the last bytes in front of the old end (D05)', async () => {
    const operations = onExtension((path, from) => patch(path, from - 40, Buffer.alloc(40)));
    const found = findingsOf(await atEdges({ operations, changes: { weights: onlyTruncates } }));
    assert.ok(found.length > 0);
    assert.ok(
      found.every(([code, grade]) => code === 'D05' && grade === 'proven'),
      found.join('; '),
    );
  });

  it('is found where the bytes that a truncate cut off are back (D20)', async () => {
    const paths = new Map<number, string>();
    const kept = new Map<string, { readonly size: number; readonly rest: Buffer }>();
    const operations: FileOperations = {
      ...fileOperations,
      open(path, flags, mode) {
        const fd = fileOperations.open(path, flags, mode);
        paths.set(fd, path);
        return fd;
      },
      ftruncate(fd, bytes) {
        const path = paths.get(fd) ?? '';
        const before = fileOperations.fsize(fd);
        const rest = fs.readFileSync(path).subarray(bytes, Math.ceil(bytes / chunkBytes) * chunkBytes);
        fileOperations.ftruncate(fd, bytes);
        const known = kept.get(path);
        if (bytes < before) kept.set(path, { size: bytes, rest });
        else if (known?.size === before && bytes >= before + known.rest.length) {
          patch(path, before, known.rest);
        }
      },
      unlink(path) {
        kept.delete(path);
        fileOperations.unlink(path);
      },
      write(fd, ...rest) {
        kept.delete(paths.get(fd) ?? '');
        return fileOperations.write(fd, ...rest);
      },
    };
    const found = findingsOf(await atEdges({ operations, changes: { weights: onlyTruncates } }));
    assert.ok(
      found.some(([code]) => code === 'D20'),
      found.join('; '),
    );
    assert.ok(
      found.every(([code, grade]) => code === 'D20' && grade === 'proven'),
      found.join('; '),
    );
  });
});

describe('the start of a chunk', () => {
  const content = contentOf(0x1234567, chunkBytes);
  const look = (used: number, spoil?: (bytes: Buffer) => void): ReturnType<typeof newSeen> => {
    const buffer = chunkBuffer(2 * chunkBytes);
    content.fill(buffer, 2, { creator: 3, incarnation: 77, writer: 5, first: 10, operation: 99, generation: 4 });
    buffer.bytes.fill(0, chunkBytes + used);
    spoil?.(buffer.bytes.subarray(chunkBytes));
    const seen = newSeen();
    content.look(buffer, 1, 11, seen, true);
    return seen;
  };

  it('is told by its last byte that is not zero, from the first byte to the last', () => {
    for (let used = 1; used < chunkBytes; used++) {
      const { content: kind, target, generation } = look(used);
      assert.equal(kind, contents.cut, `${used}`);
      assert.ok(target <= used && (used < 40 || target >= used - 6), `${used}: ${target}`);
      if (used >= 40) assert.equal(generation, 4);
    }
    assert.equal(look(0).content, contents.zeros);
  });

  it('is not one with any byte of it changed, but for what a stamp alone can tell', () => {
    const told = new Set([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19]);
    const isSpoilt = (used: number, at: number): boolean => {
      const { content: kind } = look(used, (bytes) => (bytes[at] = (bytes[at] ?? 0) ^ 0x81));
      return kind === contents.unreadable || kind === contents.badBody;
    };
    for (let at = 0; at < 500; at++) assert.ok(isSpoilt(500, at), `${at}`);
    for (const at of told) assert.ok(isSpoilt(24, at), `${at}`);
  });
});

it('a record of a write tells where it ends inside its last chunk', async () => {
  const { stressed } = await atEdges();
  const puts = stressed.filter(({ kind }) => kind === recordKinds.write || kind === recordKinds.append);
  const bytesOf = ({ count, target }: JournalRecord): number =>
    target === 0 ? count * chunkBytes : (count - 1) * chunkBytes + target;
  assert.ok(puts.filter(({ target }) => target > 0).length > 100);
  assert.ok(puts.every((record) => record.size === bytesOf(record)));
});
