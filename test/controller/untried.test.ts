import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { extraCalls } from '../../src/model/extra-calls.ts';
import { environmentSection } from '../../src/report/sections/environment.ts';
import { filesSpec } from '../support/agent-process.ts';
import { hasCall } from '../support/extra-calls.ts';
import { stageRun } from '../support/staged-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

describe('a run whose profile wants calls that a host cannot make', () => {
  it('says which host did without which, and passes by what the others did', async (t) => {
    if (!extraCalls.every((call) => hasCall(root, call))) return t.skip('not all of the calls are there');
    const names = { mkdir: 1, delete: 3, list: 2, touch: 8, rename: 2 };
    const weights = { ...names, stat: 8, read: 8, write: 8, truncate: 2, setxattr: 8, fallocate: 4, punchHole: 4 };
    const [folder, dir, path] = ['run-', 'dir-', 'bin-'].map((name) => mkdtempSync(join(root, name)));
    const workload = filesSpec(dir ?? '', { durationMs: 60_000, operationsLimit: 400, weights });
    await stageRun({ folder: folder ?? '', workload, seed: 1, path: path ?? '' });
    const run = await mergeRun(folder ?? '');
    assert.deepEqual([run.verdict, run.findings], ['pass', []]);
    assert.deepEqual(
      run.hosts.map(({ untried }) => untried),
      [extraCalls.map((call) => ({ call })), undefined],
    );
    const facts = environmentSection.blocks(run).flatMap((block) => (block.kind === 'facts' ? block.facts : []));
    const told = facts.filter(({ label }) => label.startsWith('No '));
    assert.deepEqual(
      told.map(({ label }) => label),
      extraCalls.map((call) => `No ${call}`),
    );
    assert.ok(told.every(({ value }) => value.startsWith('a: nothing there can make the call')));
  });
});
