/** The beginning of a journal, as it is fetched piece by piece. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { JournalPrefix } from '../../src/controller/live/journal-prefix.ts';
import { encodeBlock } from '../../src/model/journal.ts';
import { recordBytes } from '../../src/model/record.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

function block(number: number): Uint8Array {
  const header = { phase: 3, number, host: 0, worker: 0, runTag: 7, boot: [1, 2] as const, writtenNs: number * 100 };
  return encodeBlock({ ...header, type: 'records', records: new Uint8Array((number + 1) * recordBytes) });
}

const whole = Buffer.concat([0, 1, 2, 3].map((number) => block(number)));

describe('the beginning of a journal', () => {
  it('has whole blocks only, in whatever pieces they come', async () => {
    for (const size of [1, 7, 48, 100, whole.length]) {
      await using prefix = new JournalPrefix(join(root, `pieces-${size}`));
      for (let at = 0; at < whole.length; at += size) {
        prefix.take(whole.subarray(at, at + size));
        await prefix.settle(Infinity);
        assert.equal(prefix.fetched, Math.min(at + size, whole.length));
        const known = [0, 1, 2, 3, 4].map((count) =>
          [0, 1, 2, 3].slice(0, count).reduce((sum, number) => sum + block(number).length, 0),
        );
        assert.ok(known.includes(prefix.bytes), `${prefix.bytes}`);
      }
      assert.deepEqual(readFileSync(prefix.path), whole);
      assert.equal(prefix.isBroken, false);
    }
  });

  it('has no block that is younger than what is asked for, and has it later', async () => {
    await using prefix = new JournalPrefix(join(root, 'young'));
    prefix.take(whole);
    await prefix.settle(0);
    assert.ok(!existsSync(prefix.path));
    await prefix.settle(150);
    assert.deepEqual(readFileSync(prefix.path), whole.subarray(0, block(0).length + block(1).length));
    await prefix.settle(1_000);
    assert.deepEqual(readFileSync(prefix.path), whole);
  });

  it('ends before the first damaged block, and takes no more', async () => {
    for (const at of [block(0).length, block(0).length + 60]) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await using prefix = new JournalPrefix(join(root, `damaged-${at}`));
      prefix.take(damaged);
      await prefix.settle(Infinity);
      assert.equal(prefix.isBroken, true);
      assert.deepEqual(readFileSync(prefix.path), whole.subarray(0, block(0).length));
    }
  });
});
