/** A worker that is stuck in a call to the operating system costs its own operation, not what the others have seen. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeJournal, type Block } from '../../src/model/journal.ts';
import { outcomes, readRecord, recordBytes, recordKinds, viewRecords } from '../../src/model/record.ts';
import { agentReportSchema } from '../../src/model/result.ts';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';
import { makeMemoryFolder } from '../support/memory-folder.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';

// On a disk that is busy with others also an operation that nothing ails may take as long as one that hangs.
const root = makeMemoryFolder();
after(() => rmSync(root, { recursive: true, force: true }));

const hungMs = 1_500;

describe('an agent with a worker that is stuck', () => {
  let bundle = '';
  before(async () => {
    bundle = await buildFaultyAgent();
  });

  it('says which operation and file it is, goes on, and delivers what all the others did', async () => {
    const dir = mkdtempSync(join(root, 'dir-'));
    const spec = agentSpec(filesSpec(dir, { durationMs: 600_000, operationsLimit: 3_000, workers: 3 }), { hungMs });
    await using agent = new AgentProcess({ bundle, env: { FUNBRIC_FAULT: 'H01:1:0' } });
    const { workPath } = await agent.start(spec);
    await agent.phase('setup');
    const stress = await agent.phase('stress');
    assert.equal(stress.end, 'completed');
    assert.match(stress.message ?? '', /^worker 0: it is stuck in write of own\/0000\/d\d\/f\d+ for [\d.]+ s$/);
    const file = /of (\S+)/.exec(stress.message ?? '')?.[1];

    const verify = await agent.phase('verify');
    assert.equal(verify.end, 'failed');
    assert.match(verify.message ?? '', /^worker 0: it is stuck/);
    const oldest = agent.heartbeats.flatMap((beat) => (beat.oldest === undefined ? [] : [beat.oldest]));
    const hung = oldest.find(({ ageMs }) => ageMs >= hungMs);
    assert.deepEqual([hung?.worker, hung?.operation, hung?.file], [0, 'write', file]);

    const delivery = await agent.deliver();
    const report = agentReportSchema.parse(JSON.parse(readFileSync(delivery.resultPath, 'utf8')));
    const journal = decodeJournal(readFileSync(delivery.journalPath), { runTag: spec.runTag, host: 0 });
    assert.equal(journal.damage, undefined);
    assert.equal(report.journal.records, journal.blocks.flatMap((block) => recordsOf(block)).length);
    const stuck = journal.blocks.filter(({ worker }) => worker === 0).flatMap((block) => recordsOf(block));
    assert.deepEqual(
      stuck.filter(({ outcome }) => outcome === outcomes.pending).map(({ sequence }) => sequence),
      [stuck.at(-1)?.sequence],
    );
    for (const worker of [1, 2]) {
      const records = journal.blocks.filter((block) => block.worker === worker).flatMap((block) => recordsOf(block));
      assert.ok(records.length > 3_000);
      assert.ok(records.every(({ outcome }) => outcome !== outcomes.pending));
      assert.ok(records.some(({ kind }) => kind === recordKinds.scanRead));
    }
    await agent.phase('teardown');
    agent.send({ kind: 'bye' });
    await agent.exited;
    assert.ok(!existsSync(workPath));
  });
});

describe('a strict stress', () => {
  it('ends at the first unexpected error, with worker, operation, file and errno', async () => {
    const spec = agentSpec({ ...filesSpec(mkdtempSync(join(root, 'dir-')), { durationMs: 600_000 }), isStrict: true });
    await using agent = new AgentProcess({ bundle: await buildFaultyAgent(), env: { FUNBRIC_FAULT: 'H02:1:0' } });
    await agent.start(spec);
    await agent.phase('setup');
    const { end, firstError } = await agent.phase('stress');
    assert.equal(end, 'stopped');
    assert.match(firstError?.operation ?? '', /^(read|write)$/);
    assert.match(firstError?.file ?? '', /^own\/000\d\/d\d\/f\d+$/);
    assert.equal(firstError?.error, 'EIO');
    const { journalPath } = await agent.deliver();
    const journal = decodeJournal(readFileSync(journalPath), { runTag: spec.runTag, host: 0 });
    const own = journal.blocks.filter(({ worker }) => worker === firstError?.worker);
    const last = own.flatMap((block) => recordsOf(block)).at(-1);
    assert.equal(last?.sequence, firstError?.sequence);
  });

  it('ends at the first chunk of its own that a worker has not written so', async () => {
    const spec = agentSpec({ ...filesSpec(mkdtempSync(join(root, 'dir-')), { durationMs: 600_000 }), isStrict: true });
    await using agent = new AgentProcess({ bundle: await buildFaultyAgent(), env: { FUNBRIC_FAULT: 'D06:1:0' } });
    await agent.start(spec);
    await agent.phase('setup');
    const { end, firstError } = await agent.phase('stress');
    assert.equal(end, 'stopped');
    assert.equal(firstError?.operation, 'read');
    assert.match(firstError.file ?? '', new RegExp(`^own/000${firstError.worker}/`));
    assert.match(
      firstError.error,
      /^chunk \d+ is not as it was written: chunk \d+, generation \d+ of the file that worker/,
    );
  });
});

function recordsOf(block: Block): ReturnType<typeof readRecord>[] {
  if (block.type !== 'records') return [];
  const copy = Uint8Array.from(block.records);
  const count = copy.length / recordBytes;
  const views = viewRecords(copy.buffer, 0, count);
  return Array.from({ length: count }, (_, at) => readRecord(views, at));
}
