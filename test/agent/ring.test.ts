import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openJournal } from '../../src/agent/journal-writer.ts';
import { kindLimit, newMemory, ringSlots, totals, viewMemory } from '../../src/agent/memory.ts';
import { openRecorder } from '../../src/agent/recorder.ts';
import { decodeJournal } from '../../src/model/journal.ts';
import { layout, outcomes, recordBytes, recordKinds, viewRecords } from '../../src/model/record.ts';

describe('the ring between a worker and the main thread', () => {
  it('has a place to count every kind of operation', () => {
    assert.ok(Math.max(...Object.values(recordKinds)) < kindLimit);
  });

  it('loses and repeats nothing, however far ahead the worker is, and tells the operation without an answer', async () => {
    const folder = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
    try {
      const operations = 10 * ringSlots;
      const shared = newMemory();
      const path = join(folder, 'journal.fbj');
      const of = { host: 2, runTag: 5 };
      const journal = openJournal({
        ...of,
        path,
        boot: [1, 2],
        firstWorker: 8,
        now: () => 0,
        onBroken: (reason) => assert.fail(reason),
      });
      const memory = viewMemory(shared);
      journal.startPhase(3);
      journal.attach([memory]);
      const thread = new Worker(new URL('../support/recording-thread.js', import.meta.url), {
        workerData: { shared, operations },
      });
      await once(thread, 'exit');
      const { records } = journal.finish();
      assert.equal(records, operations * 1.1 + 1);
      assert.equal(memory.totals[totals.operations], operations);
      assert.equal(memory.totals[totals.bytes], operations);

      const { blocks, damage } = decodeJournal(readFileSync(path), of);
      assert.equal(damage, undefined);
      let expected = 1;
      for (const block of blocks) {
        if (block.type !== 'records') continue;
        assert.equal(block.worker, 8);
        const copy = Uint8Array.from(block.records);
        const count = copy.length / recordBytes;
        const { u8, u32 } = viewRecords(copy.buffer, 0, count);
        for (let at = 0; at < count; at++) {
          const isObserved = u8[at * 64 + layout.kind] === recordKinds.observe;
          const name = isObserved ? expected - 1 : expected++;
          assert.equal(u32[at * 16 + layout.name], name);
          assert.equal(u32[at * 16 + layout.sequence], name);
          assert.equal(u8[at * 64 + layout.outcome], name > operations ? outcomes.pending : outcomes.ok);
        }
      }
      assert.equal(expected, operations + 2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('keeps of a worker that was given up an operation without an answer, whatever it does later', () => {
    const folder = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
    try {
      const path = join(folder, 'journal.fbj');
      const of = { host: 0, runTag: 5 };
      const onBroken = (reason: string): never => assert.fail(reason);
      const journal = openJournal({ ...of, path, boot: [1, 2], firstWorker: 0, now: () => 9, onBroken });
      const memory = viewMemory(newMemory());
      journal.startPhase(3);
      journal.attach([memory]);
      const recorder = openRecorder({ memory, now: () => 1, post: () => undefined });
      recorder.begin(recordKinds.touch);
      recorder.end(outcomes.ok, 0, 0);
      recorder.begin(recordKinds.write);
      journal.giveUp(0);
      recorder.end(outcomes.ok, 0, 0);
      assert.throws(() => recorder.begin(recordKinds.delete), /given up/);
      journal.startPhase(4);
      const { records } = journal.finish();
      assert.equal(records, 2);

      const { blocks, damage } = decodeJournal(readFileSync(path), of);
      assert.equal(damage, undefined);
      const seen = blocks.flatMap((block) => {
        if (block.type !== 'records') return [];
        const copy = Uint8Array.from(block.records);
        const { u8 } = viewRecords(copy.buffer, 0, copy.length / recordBytes);
        return Array.from({ length: copy.length / recordBytes }, (_, at) => [
          block.phase,
          u8[at * 64 + layout.kind],
          u8[at * 64 + layout.outcome],
        ]);
      });
      assert.deepEqual(seen, [
        [3, recordKinds.touch, outcomes.ok],
        [3, recordKinds.write, outcomes.pending],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
