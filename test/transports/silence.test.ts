/** Hosts that stop answering on the way to a command: each wait ends at its limit, and says where it was. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { HostFault, SilentFrom } from '../../src/testing/host-options.ts';
import { startLoopbackFleet } from '../../src/testing/loopback.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { startFullServer } from '../support/full-server.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

describe('a host that falls silent', { timeout: 60_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-silence-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  let fleets = 0;
  /** Logs in to a host with this fault, and does something there. */
  const login = async (fault: HostFault, act: (connection: Connection) => Promise<unknown>): Promise<void> => {
    const each = [{ name: 'web', faults: [fault] }];
    await using fleet = await startLoopbackFleet({ count: 1, folder: join(folder, `fleet${fleets++}`), each });
    const [host] = fleet.hosts;
    assert(host !== undefined);
    const files = { identityFiles: [fleet.identityFile], knownHostsFiles: [fleet.knownHostsFile] };
    await loginTo({ ...host, ...files }, act);
  };
  const loginTo = async (
    at: { readonly address: string; readonly port: number },
    act: (connection: Connection) => Promise<unknown>,
  ): Promise<void> => {
    const host = testHost('web', at);
    const transports = testTransports(folder, { keepaliveMs: 100 });
    await using connection = await transports.of(host).connect(host, testConnect({ connectMs: 700 }));
    await act(connection);
  };
  const nothing = async (): Promise<void> => undefined;
  const isTimeoutIn = (stage: string, hint: RegExp): object => ({
    code: 'unreachable',
    message: new RegExp(
      `^web \\(127\\.0\\.0\\.1:\\d+\\): timed out in ${stage} after 0\\.7 s, which is the connect limit`,
    ),
    hint,
  });

  it('is named as one that nothing answers for, where not even a connection is made', async () => {
    await using full = await startFullServer();
    await assert.rejects(loginTo(full, nothing), isTimeoutIn('connecting', /firewalls/));
  });

  const stages: readonly (readonly [from: SilentFrom, stage: string, hint: RegExp])[] = [
    ['banner', 'key exchange', /is it sshd/],
    ['key exchange', 'key exchange', /is it sshd/],
    ['login', 'login', /PAM/],
  ];
  for (const [from, stage, hint] of stages) {
    it(`is named as one that timed out in ${stage}, where that is from the ${from} on`, async () => {
      await assert.rejects(login({ kind: 'silent', from }, nothing), isTimeoutIn(stage, hint));
    });
  }

  it('is lost at the idle limit where it says nothing when a command is to be started', async () => {
    const starting = login({ kind: 'silent', from: 'channel' }, async (connection) => connection.exec('true'));
    await assert.rejects(starting, {
      code: 'lost',
      message: /no command can be started.*0\.4 s, which is the idle limit/,
    });
  });

  it('is lost at the idle limit where it says nothing once a command runs', async () => {
    await login({ kind: 'silent', from: 'command' }, async (connection) => {
      const remote = await connection.exec('echo never seen').catch((error: unknown) => String(error));
      const ended = typeof remote === 'string' ? remote : JSON.stringify(await remote.exit);
      assert.match(ended, /0\.4 s, which is the idle limit/);
    });
  });

  it('starts no command and is given up at the connect limit where it only answers keepalives', async () => {
    const starting = login({ kind: 'mute' }, async (connection) => connection.exec('true'));
    await assert.rejects(starting, {
      code: 'lost',
      message: /no answer within 0\.7 s, which is the connect limit/,
      hint: /-t/,
    });
  });
});
