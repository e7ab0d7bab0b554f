/** The limits and results of a run, on this machine's own shell: no SSH, no agent. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { conduct } from '../../src/controller/run/conduct.ts';
import { makePlan } from '../../src/controller/run/planning.ts';
import { openRuntimes } from '../../src/controller/deploy/runtime.ts';
import { createRunFolder, runFiles } from '../../src/controller/run-folder/run-folder.ts';
import type { Task } from '../../src/controller/tasks/task.ts';
import type { Limits } from '../../src/model/plan.ts';
import { hostResultSchema, type HostResult } from '../../src/model/result.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

describe('a run', () => {
  it('ends a teardown that never returns at its own limit, and keeps the results of all hosts', async () => {
    const results = await run(
      { limits: { teardownMs: 300 } },
      { summary: 'hangs', teardown: () => new Promise(() => undefined) },
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['failed', 'failed'],
    );
    for (const { reason } of results) assert.match(reason ?? '', /teardown took longer than 0\.3 s/);
  });

  it('ends a command at its limit, names the limit, and still tears down', async () => {
    const torn: number[] = [];
    const results = await run(
      // No machine is so busy that it does nothing for longer.
      { limits: { commandMs: 5000 } },
      {
        summary: 'sleeps',
        run: async (host) => void (await host.run(['sleep', host.index === 0 ? '60' : '0'])),
        teardown: async (host) => void torn.push(host.index),
      },
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['failed', 'completed'],
    );
    assert.match(results[0]?.reason ?? '', /within 5 s, its command limit \(-T, --command-timeout\)/);
    assert.deepEqual(new Set(torn), new Set([0, 1]));
  });

  it('ends a copy at the limit of commands, and names file and limit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-conduct-'));
    const slow = join(folder, 'slow');
    // Without a byte on disk, and no machine copies it in that time.
    writeFileSync(slow, '');
    truncateSync(slow, 64 * 2 ** 30);
    try {
      const results = await run(
        { limits: { commandMs: 200 } },
        { summary: 'copies', run: (host) => host.get(slow, join(folder, `got-${host.index}`)) },
      );
      for (const { status, reason } of results) {
        assert.equal(status, 'failed');
        assert.deepEqual(readdirSync(folder), ['slow'], 'nothing in part is left');
        assert.match(reason ?? '', /getting .*slow took longer than 0\.2 s.*--command-timeout/s);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('gives every planned host one result, also when nothing could be reached', async () => {
    const results = await run({ isReachable: false }, { summary: 'nothing' });
    assert.deepEqual(
      results.map(({ name, index, status }) => [name, index, status]),
      [
        ['a', 0, 'unreachable'],
        ['b', 1, 'unreachable'],
      ],
    );
  });
});

async function run(
  { limits = {}, isReachable = true }: { readonly limits?: Partial<Limits>; readonly isReachable?: boolean },
  task: Task,
): Promise<readonly HostResult[]> {
  const reports = mkdtempSync(join(tmpdir(), 'funbric-conduct-'));
  try {
    const tasks = [{ name: 'test', task, options: {} }];
    const hosts = ['a', 'b'].map((name) => testHost(name, { transport: 'local' }));
    const plan = makePlan({ tasks, hosts, seed: 1, limits, version: '0', now: new Date(0), nonce: 'test' });
    const folder = await createRunFolder(reports, plan);
    const never = new AbortController().signal;
    const transports = testTransports(reports);
    await conduct({
      plan,
      tasks,
      folder,
      bundleFor: () => ({ bytes: new Uint8Array(0), sha256: '' }),
      runtimes: await openRuntimes({ kind: 'host' }, []),
      connect: async (host) => {
        if (!isReachable) throw new Error(`${host.name} is off`);
        return await transports.of(host).connect(host, testConnect());
      },
      parallel: 2,
      signal: never,
      killSignal: never,
      emit: () => undefined,
      nowNs: () => performance.now() * 1e6,
    });
    return hosts.map((_, index) =>
      hostResultSchema.parse(JSON.parse(readFileSync(join(folder, runFiles.result(index)), 'utf8'))),
    );
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}
