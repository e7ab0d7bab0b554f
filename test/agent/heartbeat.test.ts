import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeSync, openSync, closeSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { agentSpec, AgentProcess, filesSpec } from '../support/agent-process.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const weights = { mkdir: 0, delete: 0, list: 0, touch: 5, stat: 0, read: 60, write: 35, rename: 0, truncate: 0 };

describe('a heartbeat', () => {
  it('says the p99 of the stress so far, and how many chunks were not as written', { timeout: 600_000 }, async () => {
    const dir = mkdtempSync(join(root, 'dir-'));
    await using agent = new AgentProcess();
    const workDir = mkdtempSync(join(root, 'work-'));
    await agent.start(agentSpec(filesSpec(dir, { durationMs: 600_000, weights }), { workDir }));
    await agent.phase('setup');
    agent.send({ kind: 'phase', phase: 'stress' });
    const { heartbeat } = await agent.event('heartbeat', (event) => event.heartbeat.p99Us !== undefined);
    assert.ok((heartbeat.p99Us ?? 0) > 0);
    assert.equal(heartbeat.mismatches, undefined);
    const corrupting = setInterval(() => corruptAll(dir), 20);
    try {
      const wrong = await agent.event('heartbeat', (event) => event.heartbeat.mismatches !== undefined);
      assert.ok((wrong.heartbeat.mismatches ?? 0) > 0);
    } finally {
      clearInterval(corrupting);
    }
  });
});

/** A byte of the first chunk's body, behind the agent's back. */
function corruptAll(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dir, name);
    if (!/f\d{3}$/.test(name)) continue;
    try {
      if (statSync(path).size === 0) continue;
      const fd = openSync(path, 'r+');
      writeSync(fd, Buffer.from([0xee]), 0, 1, 100);
      closeSync(fd);
    } catch {
      // The agent has removed it meanwhile.
    }
  }
}
