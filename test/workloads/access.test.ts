import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { fileOperations } from '../../src/workloads/operations.ts';
import { decisionsOf, live } from '../support/lived.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

/** Long files that stay, so that there is something to walk through. */
const changes = {
  weights: { mkdir: 0, delete: 0.2, list: 0, touch: 1, stat: 0, read: 50, write: 30, rename: 0.2, truncate: 0 },
  fileBytes: 65_536,
  filesPerFolder: 1,
};

/** Of the operations of a kind, how many start where the one before of the same kind ended, in the same file. */
function continued(records: readonly JournalRecord[], isMeant: (record: JournalRecord) => boolean): number {
  const meant = records.filter(isMeant);
  const follows = meant.filter((record, at) => {
    const before = meant[at - 1];
    return before?.name === record.name && record.first > 0 && before.first + before.size / 1024 === record.first;
  });
  return follows.length / meant.length;
}

const isOwnWrite = ({ kind }: JournalRecord): boolean => kind === recordKinds.write;
const isOwnRead = ({ kind, owner, size }: JournalRecord): boolean =>
  kind === recordKinds.read && owner === 0 && size > 0;

describe('access', () => {
  it('walks through files from start to end where it is sequential, and jumps where it is random', async () => {
    const sequential = await live(root, { changes: { ...changes, access: { random: 0, sequential: 100 } } });
    const random = await live(root, { changes });
    for (const isMeant of [isOwnWrite, isOwnRead]) {
      assert.ok(continued(sequential.stressed, isMeant) > 0.5);
      assert.ok(continued(random.stressed, isMeant) < 0.2);
    }
  });

  it('decides the same whatever the files of others hold, but for how far into them a walk has come', async () => {
    const sequential = { ...changes, access: { random: 30, sequential: 70 } };
    const [alone, together] = await Promise.all(
      [0, 5_000].map((bytes) =>
        live(root, {
          hosts: 2,
          changes: sequential,
          operations: {
            ...fileOperations,
            // The tree of the other host: none of its files, or all of them.
            open: (path, flags, mode) =>
              path.includes('/own/0001/') && bytes > 0 ? -1 : fileOperations.open(path, flags, mode),
            close: (fd) => (fd === -1 ? undefined : fileOperations.close(fd)),
            read: (fd, buffer, offset, length, position) =>
              fd === -1
                ? Math.max(0, Math.min(length, bytes - position))
                : fileOperations.read(fd, buffer, offset, length, position),
          },
        }),
      ),
    );
    const isOwn = ({ owner, kind }: JournalRecord): boolean => owner === 0 && kind !== recordKinds.observe;
    const first = alone?.stressed ?? [];
    const second = together?.stressed ?? [];
    assert.deepEqual(decisionsOf(first.filter(isOwn)), decisionsOf(second.filter(isOwn)));
    const others = (records: readonly JournalRecord[]): unknown[] =>
      records.filter(({ owner, kind }) => owner === 1 && kind === recordKinds.read).map(({ name }) => name);
    assert.ok(others(first).length > 200);
    assert.deepEqual(others(first), others(second));
  });
});
