import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

describe('this machine as a host', { timeout: 600_000 }, () => {
  it('lets commands clean up when their connection is closed, and waits for them', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-local-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const host = testHost('here', { transport: 'local' });
    const connection = await testTransports(folder).of(host).connect(host, testConnect());
    // By the shell itself: to start a program may take a busy machine longer than it has.
    const cleanup = `trap ': >cleaned; exit' TERM`;
    const remote = await connection.exec(`${cleanup}; echo ready; while :; do sleep 0.05; done`);
    remote.stderr.resume();
    await new Promise((resolve) => remote.stdout.once('data', resolve));
    await connection[Symbol.asyncDispose]();
    assert.equal((await remote.exit).kind, 'lost');
    assert.ok(existsSync(join(folder, 'cleaned')));
  });

  it('lets all else have its turn between the starts of many commands', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-local-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const transport = testTransports(folder).of(testHost('here', { transport: 'local' }));
    const names = Array.from({ length: 10 }, (_, at) => `here${at}`);
    const connections = await Promise.all(
      names.map((name) => transport.connect(testHost(name, { transport: 'local' }), testConnect())),
    );
    let [turns, isOver] = [0, false];
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const remotes = await Promise.all(connections.map((connection) => connection.exec('true')));
    isOver = true;
    assert.ok(turns >= names.length, `${turns} turns`);
    for (const { exit } of remotes) assert.deepEqual(await exit, { kind: 'exited', code: 0 });
    for (const connection of connections) await connection[Symbol.asyncDispose]();
  });
});
