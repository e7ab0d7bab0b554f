/** How often a login waits for the other side: on loopback nobody sees it, far away it is all that a login costs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { sshdReason, startSshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

const hosts = 100;
const delayMs = 10;

describe('a far host', { skip: sshdReason(), timeout: 600_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-far-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it(`is logged in to in 5 round trips, and its first command is over after 12, also as one of ${hosts}`, async (t) => {
    await using sshd = await startSshd({ addresses: ['127.0.0.2'] });
    const target = { address: '127.0.0.2', port: sshd.port };
    const proxies = await Promise.all(
      Array.from({ length: hosts }, async (_, at) => startSlowProxy({ target, address: `127.0.1.${at + 1}`, delayMs })),
    );
    try {
      const transports = testTransports(folder);
      const startedMs = performance.now();
      const loginTrips = await Promise.all(
        proxies.map(async (proxy, at) => {
          const files = { identityFiles: [sshd.identityFile], knownHostsFiles: [join(folder, `known${at}`)] };
          const host = testHost(`web${at}`, { address: proxy.address, port: proxy.port, ...files });
          const options = testConnect({ isNewKeyAccepted: true, connectMs: 300_000 });
          await using connection = await transports.of(host).connect(host, options);
          const [trips = Infinity] = proxy.roundTrips();
          assert.equal((await runCommand(connection, 'echo ok')).stdout.toString(), 'ok\n');
          return trips;
        }),
      );
      t.diagnostic(
        `${hosts} logins in ${Math.round(performance.now() - startedMs)} ms, ${2 * delayMs} ms a round trip`,
      );
      // What the host sends at once may come in two pieces, and look like two answers.
      const middle = loginTrips.toSorted((a, b) => a - b)[hosts / 2];
      assert.equal(middle, 5);
      assert(Math.max(...loginTrips) <= 9, `${Math.max(...loginTrips)} round trips to log in`);
      const inAll = proxies.flatMap((proxy) => proxy.roundTrips());
      assert.equal(inAll.length, hosts, 'one connection a host');
      assert(Math.max(...inAll) <= 12, `${Math.max(...inAll)} round trips in all`);
    } finally {
      await Promise.all(proxies.map(async (proxy) => proxy[Symbol.asyncDispose]()));
    }
  });

  it('is not asked to sign with its other host keys, of which nobody here keeps any', async () => {
    await using sshd = await startSshd({ addresses: ['127.0.0.2'] });
    const files = { identityFiles: [sshd.identityFile], knownHostsFiles: [sshd.knownHostsFile] };
    const host = testHost('web', { address: '127.0.0.2', port: sshd.port, ...files });
    await using connection = await testTransports(folder).of(host).connect(host, testConnect());
    assert.equal((await runCommand(connection, 'echo ok')).stdout.toString(), 'ok\n');
    assert.match(sshd.log(), /Starting session: command/);
    assert.doesNotMatch(sshd.log(), /hostkeys-prove/);
  });

  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    it(`takes a key of type ${type} with its signature, without having been asked whether it would`, async () => {
      await using sshd = await startSshd({ addresses: ['127.0.0.2'] });
      const [wrong, right] = [join(folder, `wrong-${type}`), join(folder, type)];
      for (const path of [wrong, right]) {
        execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'funbric-test', '-f', path]);
      }
      writeFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${right}.pub`), { mode: 0o600 });
      const files = { identityFiles: [wrong, right], knownHostsFiles: [sshd.knownHostsFile] };
      const host = testHost('web', { address: '127.0.0.2', port: sshd.port, ...files });
      await using _ = await testTransports(folder).of(host).connect(host, testConnect());
      // sshd lets us in a moment before it says so in its log.
      await until('its word', () => /Accepted publickey for/.test(sshd.log()));
      assert.doesNotMatch(sshd.log(), /Postponed publickey for/);
    });
  }
});
