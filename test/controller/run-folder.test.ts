/** Folders of runs are handed around: whatever is in one, reading it takes no more than there is, and writing stays in it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { runFiles, writeWhole } from '../../src/controller/run-folder/run-folder.ts';
import { defaultLimits, type Plan } from '../../src/model/plan.ts';
import type { HostResult } from '../../src/model/result.ts';
import { filesSpec } from '../support/agent-process.ts';
import { funbric } from '../support/funbric.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const noLimits = process.platform === 'win32' ? 'Windows has no ulimit' : false;

describe('the folder of a run', () => {
  it('is read whole by a process that may open fewer files than there are hosts', { skip: noLimits }, async () => {
    const folder = runOf(300);
    const ended = await funbric(['merge', folder], { within: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  });

  it('is refused where its plan has more workers than any run, before anything as large as that is made', async () => {
    const folder = runOf(300, [{ name: 'runtest', options: {}, workload: filesSpec('/mnt/x', { workers: 256 }) }]);
    await assert.rejects(mergeRun(folder), /plan\.json: 300 hosts x 256 workers are more than 65520 workers/);
  });

  it('gets its files without what a link leads to being written to', async () => {
    const folder = mkdtempSync(join(root, 'links-'));
    const precious = join(folder, 'precious');
    writeFileSync(precious, 'as it was');
    const path = join(folder, runFiles.run);
    symlinkSync(precious, path);
    symlinkSync(precious, `${path}.${process.pid}.tmp`);
    await writeWhole(path, 'new');
    assert.equal(readFileSync(path, 'utf8'), 'new');
    assert.equal(readFileSync(precious, 'utf8'), 'as it was');
  });
});

/** Hosts that all did what was planned, which is no workload where none is given. */
function runOf(hosts: number, tasks: Plan['tasks'] = [{ name: 'hello', options: {} }]): string {
  const folder = mkdtempSync(join(root, 'run-'));
  const names = Array.from({ length: hosts }, (_, index) => `host${index}`);
  const plan: Plan = {
    version: 1,
    run: 'run-1',
    funbric: '0.0.0',
    createdAt: '2025-01-01T00:00:00.000Z',
    seed: 1,
    hosts: names.map((name) => ({ name, roles: [], groups: [], variables: {} })),
    tasks,
    limits: defaultLimits,
    isKept: false,
  };
  mkdirSync(join(folder, runFiles.results));
  writeFileSync(join(folder, runFiles.plan), JSON.stringify(plan));
  for (const [index, name] of names.entries()) {
    const result: HostResult = {
      version: 1,
      run: plan.run,
      index,
      name,
      status: 'completed',
      gaps: [],
      commands: [],
      pings: [],
    };
    writeFileSync(join(folder, runFiles.result(index)), JSON.stringify(result));
  }
  return folder;
}
