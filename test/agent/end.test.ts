import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJournal } from '../../src/model/journal.ts';
import type { AgentSpec } from '../../src/model/plan.ts';
import { agentSpec, AgentProcess, bundlePath, filesSpec } from '../support/agent-process.ts';
import { makeMemoryFolder } from '../support/memory-folder.ts';
import { until } from '../support/until.ts';

const root = makeMemoryFolder();
after(() => rmSync(root, { recursive: true, force: true }));

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

function freshDir(): string {
  return mkdtempSync(join(root, 'dir-'));
}

/** An agent in the middle of a stress that goes on for ever. */
async function startStress(
  agent: AgentProcess,
  changes: Partial<AgentSpec> = {},
): Promise<{ dir: string; work: string }> {
  const dir = freshDir();
  const spec = agentSpec(filesSpec(dir, { durationMs: 600_000, rate: 500 }), { workDir: freshDir(), ...changes });
  // Its lease must not run out on the way, however slow the machine is.
  const pinging = setInterval(() => agent.send({ kind: 'ping', sentNs: 0 }), 100);
  try {
    const { workPath } = await agent.start(spec);
    await agent.phase('setup');
    agent.send({ kind: 'phase', phase: 'stress' });
    await agent.event('heartbeat', ({ heartbeat }) => heartbeat.operations > 0);
    return { dir, work: workPath };
  } finally {
    clearInterval(pinging);
  }
}

describe('an agent whose controller is gone', () => {
  it('stops, cleans up and ends when its channel is closed', async () => {
    await using agent = new AgentProcess();
    const { dir, work } = await startStress(agent);
    agent.child.stdin.end();
    assert.deepEqual(await agent.exited, { code: 1, signal: null });
    assert.ok(!existsSync(work));
    assert.deepEqual(readdirSync(dir), []);
  });

  it('stops, cleans up and ends when its lease runs out', async () => {
    await using agent = new AgentProcess();
    const { dir, work } = await startStress(agent, { leaseMs: 2_000 });
    assert.deepEqual(await agent.exited, { code: 1, signal: null });
    assert.match(agent.stderr, /nothing from the controller for 2000 ms/);
    assert.ok(!existsSync(work));
    assert.deepEqual(readdirSync(dir), []);
  });

  it('lives on while it is pinged', async () => {
    await using agent = new AgentProcess();
    let sentNs = 0;
    const pinging = setInterval(() => agent.send({ kind: 'ping', sentNs: sentNs++ }), 100).unref();
    await startStress(agent, { leaseMs: 3_000 });
    await sleep(4_000);
    clearInterval(pinging);
    assert.equal(agent.child.exitCode, null);
  });

  it('ends by its lease also when nobody reads what it says', async () => {
    const dir = freshDir();
    const child = spawn(process.execPath, [bundlePath, 'marker-unread'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const exited = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), 240_000);
    try {
      child.stdin.on('error', () => undefined);
      const spec = agentSpec(filesSpec(dir), { leaseMs: 1_500, workDir: freshDir() });
      child.stdin.write(`${JSON.stringify({ kind: 'spec', spec })}\n{"kind":"phase","phase":"setup"}\n`);
      const pings = `${JSON.stringify({ kind: 'ping', sentNs: 1e15 })}\n`.repeat(20_000);
      child.stdin.write(pings);
      const [code, signal] = await exited;
      assert.deepEqual({ code, signal }, { code: 1, signal: null });
      assert.deepEqual(readdirSync(dir), []);
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.stdout.destroy();
    }
  });

  it('stops, cleans up and ends when it is terminated', async () => {
    await using agent = new AgentProcess();
    const { dir, work } = await startStress(agent);
    agent.child.kill('SIGTERM');
    assert.deepEqual(await agent.exited, { code: 1, signal: null });
    assert.ok(!existsSync(work));
    assert.deepEqual(readdirSync(dir), []);
  });
});

describe('an agent that is killed', () => {
  it('leaves a journal that reads back to its last whole block, and is never taken for a whole one', async () => {
    await using agent = new AgentProcess();
    const workDir = freshDir();
    const { work } = await startStress(agent, { workDir });
    const of = { runTag: agentSpec(filesSpec(workDir)).runTag, host: 0 };
    const read = (): Buffer => readFileSync(join(work, 'journal.fbj'));
    // A heartbeat may tell of operations that the journal gets only at its next turn.
    await until('the first block', () => decodeJournal(read(), of).blocks.length > 0);
    agent.child.kill('SIGKILL');
    await agent.exited;
    const bytes = read();
    const journal = decodeJournal(bytes, of);
    assert.ok(journal.blocks.length > 0);
    assert.notEqual(journal.damage, undefined);
    const cut = decodeJournal(bytes.subarray(0, bytes.length - 10), of);
    assert.ok(cut.blocks.length >= journal.blocks.length - 1);
    assert.notEqual(cut.damage, undefined);
  });
});

describe('an agent that is told nonsense', () => {
  const lines = {
    'what is no JSON': ['hello?', /no JSON/],
    'an unknown command': ['{"kind":"dance"}', /no command/],
    'a spec without a workload': ['{"kind":"spec","spec":{"run":"x"}}', /spec.workload/],
    'a phase before the spec': ['{"kind":"phase","phase":"stress"}', /before the spec/],
    'a line without an end': ['x'.repeat(5 << 20), /longer than/],
  } as const;
  for (const [name, [line, message]] of Object.entries(lines)) {
    it(`refuses ${name}, says why, and ends`, async () => {
      await using agent = new AgentProcess();
      agent.child.stdin.write(`${line}\n`);
      assert.deepEqual(await agent.exited, { code: 64, signal: null });
      assert.match(agent.stderr, message);
    });
  }

  const specs = {
    'weights that draw nothing': [{ weights: { ...filesSpec('/x').weights, read: -1 } }, /weights/],
    'a relative directory': [{ dir: 'data' }, /absolute/],
    'files that are no whole chunks': [{ fileBytes: 1_500 }, /multiple of chunkBytes/],
    'an engine that it lacks': [{ engine: 'teapot' }, /no engine "teapot"/],
  } as const;
  for (const [name, [change, message]] of Object.entries(specs)) {
    it(`refuses ${name}, leaving no folder`, async () => {
      await using agent = new AgentProcess();
      const workDir = freshDir();
      const spec = agentSpec(filesSpec(freshDir()), { workDir });
      agent.child.stdin.write(
        `${JSON.stringify({ kind: 'spec', spec: { ...spec, workload: { ...spec.workload, ...change } } })}\n`,
      );
      assert.deepEqual(await agent.exited, { code: 64, signal: null });
      assert.match(agent.stderr, message);
      assert.deepEqual(readdirSync(workDir), []);
    });
  }

  it('says which directory is missing when it is to set up', async () => {
    await using agent = new AgentProcess();
    await agent.start(agentSpec(filesSpec(join(root, 'absent'))));
    const end = await agent.phase('setup');
    assert.equal(end.end, 'failed');
    assert.match(end.message ?? '', /absent can't be used/);
  });

  it(
    'leaves no folder where there is no room for its journal',
    { skip: isRoot ? false : 'mounting takes root' },
    async () => {
      const workDir = freshDir();
      // Room for the folder, and for nothing in it.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=2', 'funbric-test', workDir]);
      try {
        await using agent = new AgentProcess();
        agent.send({ kind: 'spec', spec: agentSpec(filesSpec(freshDir()), { workDir }) });
        assert.deepEqual(await agent.exited, { code: 64, signal: null });
        assert.match(agent.stderr, /ENOSPC/);
        assert.deepEqual(readdirSync(workDir), []);
      } finally {
        execFileSync('umount', [workDir]);
      }
    },
  );
});
