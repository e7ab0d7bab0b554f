import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';
import { live } from '../support/lived.ts';

describe('the race on a file system without links', () => {
  const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const code of ['EPERM', 'ENOTSUP'] as const) {
    it(`tries a link of each kind once where it is answered ${code}, which is no error, and goes on with the rest`, async () => {
      const { stressed, unexpected } = await live(root, {
        changes: { arenas: { own: 0, race: 1 } },
        operations: without(code),
      });
      assert.deepEqual(unexpected, []);
      for (const kind of [recordKinds.symlink, recordKinds.link]) {
        assert.deepEqual(
          stressed.filter((record) => record.kind === kind).map(({ errno }) => errno),
          [constants.errno[code]],
        );
      }
      const made = (kind: number): readonly JournalRecord[] =>
        stressed.filter((record) => record.kind === kind && record.outcome === outcomes.ok);
      for (const kind of [recordKinds.touch, recordKinds.mkdir, recordKinds.renameOnto])
        assert.ok(made(kind).length > 10);
    });
  }

  it('calls every other error of a link one', async () => {
    const { unexpected } = await live(root, { changes: { arenas: { own: 0, race: 1 } }, operations: without('EIO') });
    assert.ok(unexpected.length > 10, `${unexpected.length} errors`);
  });
});

function without(code: 'EPERM' | 'ENOTSUP' | 'EIO'): FileOperations {
  const refuse = (): never => {
    throw Object.assign(new Error(code), { code, errno: -constants.errno[code] });
  };
  return { ...fileOperations, symlink: refuse, link: refuse };
}
