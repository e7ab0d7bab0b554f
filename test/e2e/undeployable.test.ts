/** Hosts on which the agent can't run, or only just: they are named before any setup, and the run goes on with the others. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunEvent } from '../../src/controller/events/events.ts';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { hideNode, replaceNode } from '../support/hide-node.ts';
import { startHosts } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';

const skip = sshdReason() || (process.getuid?.() === 0 ? false : 'mount namespaces take root');

describe('a fleet in which some hosts can not take the agent', { skip }, () => {
  let bench: Bench;
  const mounted: string[] = [];
  before(() => {
    bench = openBench();
  });
  after(() => {
    for (const path of mounted) execFileSync('umount', [path]);
    bench[Symbol.dispose]();
  });

  /** 127.0.0.2 is as it should be, each preparation makes one more host that isn't. */
  const runtest = async (
    preparations: readonly string[],
    prepareHome: (home: string) => void = () => undefined,
  ): Promise<Ended> => {
    const addresses = ['127.0.0.2', ...preparations.map((_, at) => `127.0.0.${at + 3}`)];
    const byAddress = Object.fromEntries(preparations.map((lines, at) => [`127.0.0.${at + 3}`, lines]));
    await using hosts = await startHosts(bench.folder, { addresses, preparations: byAddress });
    for (const home of hosts.homes.slice(1)) prepareHome(home);
    const words = ['runtest', '--dir', bench.dir, '--workers', '1', '--ops', '20'];
    return await funbric([...hosts.flags, '--reports', bench.reports, ...words]);
  };
  const statuses = (): unknown => bench.run().hosts.map(({ status }) => status);
  const reasonOf = (index: number): string => bench.run().hosts[index]?.reason ?? '';
  const ownFolder = (name: string): string => {
    const path = join(bench.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };

  it('names a host without Node.js, one whose Node.js is too old and one where it is bun before any setup, and ends with 2', async () => {
    const old = join(bench.folder, 'old-node');
    writeFileSync(old, '#!/bin/sh\necho 16.20.2\n', { mode: 0o755 });
    const bun = join(bench.folder, 'bun');
    writeFileSync(bun, '#!/bin/sh\ncase "$2" in *versions.bun*) echo bun ;; *) echo 26.3.0 ;; esac\n', { mode: 0o755 });
    const ended = await runtest([hideNode(bench.folder), replaceNode(old), replaceNode(bun)]);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'unreachable', 'unreachable', 'unreachable']);
    assert.match(reasonOf(1), /127\.0\.0\.3: there is no Node\.js on it.*needs 18 or later.*install/);
    assert.match(reasonOf(2), /127\.0\.0\.4: the Node\.js 16\.20\.2 on it \(\/.*node.*\) is too old/);
    assert.match(reasonOf(3), /127\.0\.0\.5: what is called node on it \(\/.*node.*\) is bun/);
    const events = eventsOf(bench);
    const setupAt = events.findIndex((event) => event.kind === 'phase-started' && event.phase === 'setup');
    const saidAt = ['127.0.0.3', '127.0.0.4'].map((host) =>
      events.findIndex(
        (event) => event.kind === 'host-failed' && event.host === host && event.reason.includes('Node.js'),
      ),
    );
    for (const at of saidAt) assert(at >= 0 && at < setupAt, `said at ${at}, setup at ${setupAt}`);
  });

  it('finds a Node.js that only a version manager put into the home', async () => {
    const saved = join(bench.folder, 'saved-node');
    writeFileSync(saved, readFileSync(process.execPath), { mode: 0o755 });
    const ended = await runtest([hideNode(bench.folder)], (home) => {
      const bin = join(home, '.nvm/versions/node/v20.1.2/bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'node'), `#!/bin/sh\nexec ${saved} "$@"\n`, { mode: 0o755 });
    });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr + reasonOf(1));
  });

  for (const kind of ['full', 'read-only']) {
    it(`puts the agent into /var/tmp where the home is ${kind}, and takes it away again`, async () => {
      const varTmp = ownFolder(`var-tmp-${kind}`);
      const ended = await runtest([`mount --bind '${varTmp}' /var/tmp`], (home) => {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', home]);
        mounted.push(home);
        if (kind === 'full') writeFileSync(join(home, 'all'), Buffer.alloc(8192));
        else execFileSync('mount', ['-o', 'remount,ro', home]);
      });
      execFileSync('umount', [mounted.pop() ?? '']);
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      assert.deepEqual(readdirSync(varTmp), []);
    });
  }

  it('names every place that has no room for the agent', async () => {
    const places = ['"$HOME"', '/var/tmp', '/tmp'];
    const ended = await runtest([places.map((place) => `mount -t tmpfs -o size=16k tmpfs ${place}`).join('\n')]);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.deepEqual(statuses(), ['completed', 'unreachable']);
    for (const place of ['home: ', '/var/tmp: ', '/tmp: ']) assert(reasonOf(1).includes(place), reasonOf(1));
  });
});

function eventsOf(bench: Bench): readonly RunEvent[] {
  return readFileSync(join(bench.reports, 'latest/events.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
}
