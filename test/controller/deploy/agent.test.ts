/** The agent on a host that may be short of room, or shared with people who mean no good. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { loadAgentBundle, placeAgent, startAgent } from '../../../src/controller/deploy/agent.ts';
import { removeDeployed } from '../../../src/controller/deploy/deploy.ts';
import { packageFiles } from '../../../src/controller/package-files.ts';
import { openLocalHost, type LocalHost } from '../../support/local-host.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

describe('deploying the agent', () => {
  let host: LocalHost;
  beforeEach(async () => {
    host = await openLocalHost(root);
  });
  afterEach(() => host[Symbol.asyncDispose]());

  it('uploads it once, into a folder for us alone', async () => {
    const { sha256 } = await loadAgentBundle(packageFiles.agent);
    const first = await host.deploy();
    assert.equal(first.path, join(host.home, '.cache/funbric', sha256, 'agent.cjs'));
    assert.deepEqual([first.isUploaded, first.isTemporary], [true, false]);
    assert.equal(statSync(dirname(first.path)).mode & 0o777, 0o700);
    assert.equal((await host.deploy()).isUploaded, false);
    assert.deepEqual(readdirSync(dirname(first.path)), ['agent.cjs']);
  });

  it('uploads it again where it was changed, and never runs what differs', async () => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    const { path } = await host.deploy();
    appendFileSync(path, 'evil()');
    const again = await host.deploy();
    assert.equal(again.isUploaded, true);
    appendFileSync(path, 'evil()');
    const { remote } = await startAgent(host.connection, again, bundle);
    remote.stdin.end();
    remote.stdout.resume();
    remote.stderr.resume();
    assert.deepEqual(await remote.exit, { kind: 'exited', code: 97 });
  });

  it('refuses what arrives damaged, in every place, and leaves nothing there', async () => {
    const folders = (): readonly string[] =>
      ['/var/tmp', '/tmp'].flatMap((place) => readdirSync(place).filter((name) => /^funbric-\w{8}$/.test(name)));
    const before = folders();
    const { bytes } = await loadAgentBundle(packageFiles.agent);
    const sha256 = createHash('sha256').update('another').digest('hex');
    await assert.rejects(placeAgent(host.connection, { bytes, sha256 }, new AbortController().signal), {
      code: 'deploy',
      message: /home: it arrived damaged; \/var\/tmp: it arrived damaged; \/tmp: it arrived damaged/,
    });
    assert.deepEqual(
      folders().filter((name) => !before.includes(name)),
      [],
    );
    assert.deepEqual(readdirSync(join(host.home, '.cache/funbric', sha256)), []);
  });

  it('takes a fresh folder in /var/tmp where the cache is not ours, and removes it at the end', async () => {
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    mkdirSync(join(host.home, '.cache'));
    symlinkSync(elsewhere, join(host.home, '.cache/funbric'));
    const agent = await host.deploy();
    assert.match(agent.path, /^\/var\/tmp\/funbric-[^/]+\/agent\.cjs$/);
    assert.equal(agent.isTemporary, true);
    await removeDeployed(host.connection, agent);
    assert.equal(existsSync(dirname(agent.path)), false);
  });
});
