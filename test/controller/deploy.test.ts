/** The agent on a host that may be short of room, or shared with people who mean no good. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { deployAgent, loadAgentBundle, removeTemporaryAgent, startAgent } from '../../src/controller/deploy.ts';
import { packageFiles } from '../../src/controller/package-files.ts';
import { localTransport } from '../../src/transports/local.ts';
import type { Connection } from '../../src/transports/transport.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();

describe('deploying the agent', () => {
  const realHome = process.env['HOME'];
  let home = '';
  let connection: Connection;
  beforeEach(async () => {
    home = mkdtempSync(join(root, 'home-'));
    process.env['HOME'] = home;
    const host = { name: 'a', roles: [], groups: [], variables: {} };
    const limits = { signal, connectMs: 10_000, isNewKeyAccepted: false };
    connection = await localTransport({ home }).connect(host, limits);
  });
  afterEach(async () => {
    await connection[Symbol.asyncDispose]();
    process.env['HOME'] = realHome;
  });

  it('uploads it once, into a folder for us alone', async () => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    const first = await deployAgent(connection, 'a', bundle, signal);
    assert.equal(first.path, join(home, '.cache/funbric', bundle.sha256, 'agent.cjs'));
    assert.deepEqual([first.isUploaded, first.isTemporary], [true, false]);
    assert.equal(statSync(dirname(first.path)).mode & 0o777, 0o700);
    assert.equal((await deployAgent(connection, 'a', bundle, signal)).isUploaded, false);
  });

  it('uploads it again where it was changed, and never runs what differs', async () => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    const { path } = await deployAgent(connection, 'a', bundle, signal);
    appendFileSync(path, 'evil()');
    const again = await deployAgent(connection, 'a', bundle, signal);
    assert.equal(again.isUploaded, true);
    appendFileSync(path, 'evil()');
    const { remote } = await startAgent(connection, again, bundle);
    remote.stdin.end();
    remote.stdout.resume();
    remote.stderr.resume();
    assert.deepEqual(await remote.exit, { kind: 'exited', code: 97 });
  });

  it('takes a fresh folder in /var/tmp where the cache is not ours, and removes it at the end', async () => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    mkdirSync(join(home, '.cache'));
    symlinkSync(elsewhere, join(home, '.cache/funbric'));
    const agent = await deployAgent(connection, 'a', bundle, signal);
    assert.match(agent.path, /^\/var\/tmp\/funbric-[^/]+\/agent\.cjs$/);
    assert.equal(agent.isTemporary, true);
    await removeTemporaryAgent(connection, 'a', agent);
    assert.equal(existsSync(dirname(agent.path)), false);
  });
});
