import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeJournal, type Block } from '../../src/model/journal.ts';
import {
  contents,
  outcomes,
  readRecord,
  recordBytes,
  recordKinds,
  viewRecords,
  type JournalRecord,
} from '../../src/model/record.ts';
import { agentPhases } from '../../src/model/protocol.ts';
import { agentReportSchema } from '../../src/model/result.ts';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

function freshDir(): string {
  return mkdtempSync(join(root, 'dir-'));
}

function recordsOf(blocks: readonly Block[], phase?: number): JournalRecord[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'records' || (phase !== undefined && block.phase !== phase)) return [];
    const copy = Uint8Array.from(block.records);
    const count = copy.length / recordBytes;
    const views = viewRecords(copy.buffer, 0, count);
    return Array.from({ length: count }, (_, at) => readRecord(views, at));
  });
}

describe('the time of a stress', () => {
  it('is for operations: it does not pass while threads start', async () => {
    // So many take longer to start than they may stress.
    const spec = agentSpec(filesSpec(freshDir(), { workers: 24, durationMs: 200 }), { hosts: 1 });
    await using agent = new AgentProcess();
    await agent.start(spec);
    for (const phase of ['setup', 'stress'] as const) assert.equal((await agent.phase(phase)).end, 'completed');
    const { resultPath } = await agent.deliver();
    const report = agentReportSchema.parse(JSON.parse(readFileSync(resultPath, 'utf8')));
    assert.ok(report.operations.some(({ count }) => count > 0));
  });
});

describe('two agents on one directory', () => {
  it('meet, stress, verify and deliver whole journals without a single bad chunk, and leave nothing', async () => {
    const dir = freshDir();
    // As many as have each kind among them, however long they take; and not all in the first second, which has a sample of its own.
    const pace = { rate: 2_000, operationsLimit: 5_000, durationMs: 600_000 };
    const spec = agentSpec(filesSpec(dir, pace), { hosts: 2 });
    await using a = new AgentProcess();
    await using b = new AgentProcess();
    const hellos = await Promise.all([a.start(spec), b.start({ ...spec, host: 1 })]);
    assert.equal(hellos[0].facts.node, process.version);
    for (const phase of ['setup', 'meet', 'stress', 'verify'] as const) {
      const ends = await Promise.all([a.phase(phase), b.phase(phase)]);
      for (const end of ends) assert.equal(end.end, 'completed', end.message);
      if (phase === 'meet') for (const end of ends) assert.deepEqual(end.sees, [0, 1]);
    }
    for (const [host, agent] of [a, b].entries()) {
      const delivery = await agent.deliver();
      const journal = decodeJournal(readFileSync(delivery.journalPath), { runTag: spec.runTag, host });
      assert.equal(journal.damage, undefined);
      const report = agentReportSchema.parse(JSON.parse(readFileSync(delivery.resultPath, 'utf8')));
      const records = recordsOf(journal.blocks);
      assert.equal(report.journal.records, records.length);
      assert.equal(report.journal.workers, 2);
      assert.ok(report.samples.length >= 2, 'a sample each second');
      const stressed = recordsOf(journal.blocks, agentPhases.indexOf('stress') + 1);
      const counted = report.operations.reduce((sum, { count }) => sum + count, 0);
      assert.equal(
        counted,
        stressed.filter(({ kind }) => kind !== recordKinds.observe && kind !== recordKinds.listed).length,
      );
      assert.equal(
        report.samples.reduce((sum, { operations }) => sum + operations, 0),
        counted,
      );
      for (const kind of ['touch', 'write', 'read', 'stat', 'list', 'rename', 'delete', 'mkdir', 'rmdir', 'truncate']) {
        assert.ok(
          report.operations.some(({ name }) => name === kind),
          `${kind} was done`,
        );
      }
      assert.ok(records.every(({ outcome }) => outcome !== outcomes.pending));
      const workers = new Set(journal.blocks.map(({ worker }) => worker));
      assert.deepEqual(
        [...workers].sort((x, y) => x - y),
        [2 * host, 2 * host + 1, 0xffff],
      );
      const verified = recordsOf(journal.blocks, agentPhases.indexOf('verify') + 1);
      const scans = verified.filter(({ kind }) => kind === recordKinds.scanList);
      assert.equal(scans.length, 4 * 8 * 2, 'every folder of every tree, twice');
      const odd = verified.filter(
        ({ content }) => content !== contents.data && content !== contents.zeros && content !== contents.none,
      );
      assert.deepEqual(odd, []);
      assert.ok(verified.some(({ content }) => content === contents.data));
      assert.ok(!journal.blocks.some((block) => block.type === 'note' && block.note.kind === 'entry'));
      assert.ok(agent.heartbeats.some(({ phase, operations }) => phase === 'stress' && operations > 0));
    }
    await Promise.all([a.phase('teardown'), b.phase('teardown')]);
    assert.deepEqual(readdirSync(dir), []);
    a.send({ kind: 'bye' });
    b.send({ kind: 'bye' });
    for (const [at, agent] of [a, b].entries()) {
      assert.deepEqual(await agent.exited, { code: 0, signal: null });
      assert.ok(!existsSync(hellos[at]?.workPath ?? '/'));
      assert.equal(agent.stderr, '');
    }
  });
});

describe('a host whose directory is its own', () => {
  it('does not see the token of a host that works elsewhere', async () => {
    const spec = agentSpec(filesSpec(freshDir()), { hosts: 2 });
    await using agent = new AgentProcess();
    await agent.start(spec);
    await agent.phase('setup');
    agent.send({ kind: 'phase', phase: 'meet' });
    const end = await agent.event('phase-ended', ({ phase }) => phase === 'meet');
    assert.deepEqual(end.sees, [0]);
  });
});

describe('the commands', () => {
  it('answers a ping with what it was sent and its own time', async () => {
    await using agent = new AgentProcess();
    agent.send({ kind: 'ping', sentNs: 12_345 });
    const pong = await agent.event('pong');
    assert.equal(pong.sentNs, 12_345);
    assert.ok(pong.atNs > 0);
  });

  it('ends stress when told to stop, as stopped, with an answer for every operation', async () => {
    const spec = agentSpec(filesSpec(freshDir(), { durationMs: 600_000 }));
    await using agent = new AgentProcess();
    await agent.start(spec);
    await agent.phase('setup');
    agent.send({ kind: 'phase', phase: 'stress' });
    await agent.event('heartbeat', ({ heartbeat }) => heartbeat.operations > 0);
    agent.send({ kind: 'stop' });
    assert.equal((await agent.event('phase-ended', ({ phase }) => phase === 'stress')).end, 'stopped');
    const { journalPath } = await agent.deliver();
    const journal = decodeJournal(readFileSync(journalPath), { runTag: spec.runTag, host: 0 });
    assert.equal(journal.damage, undefined);
    assert.ok(recordsOf(journal.blocks).every(({ outcome }) => outcome !== outcomes.pending));
  });
});
