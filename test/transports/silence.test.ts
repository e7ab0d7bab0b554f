/** Hosts that stop answering on the way to a command: each wait ends at its limit, and says where it was. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import type { HostFault, SilentFrom } from '../../src/testing/host-options.ts';
import { startLoopbackFleet } from '../../src/testing/loopback.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { startFullServer } from '../support/full-server.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

describe('a host that falls silent', { timeout: 600_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-silence-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Of which an attempt in this process to connect is far from it, however busy the machine is. */
  const connectMs = 2000;
  /** Where it is the idle limit that counts. */
  const longMs = 60_000;

  let fleets = 0;
  /** What the host was asked for so far: `publickey`, `session`, ... */
  const asked: string[] = [];
  /** Logs in to a host with this fault, and does something there. */
  const login = async (
    fault: HostFault,
    act: (connection: Connection) => Promise<unknown>,
    limitMs = connectMs,
  ): Promise<void> => {
    const each = [{ name: 'web', faults: [fault] }];
    asked.length = 0;
    await using fleet = await startLoopbackFleet({
      count: 1,
      folder: join(folder, `fleet${fleets++}`),
      each,
      onLogin: (_, method) => asked.push(method),
      onRequest: (_, request) => asked.push(request),
    });
    const [host] = fleet.hosts;
    assert(host !== undefined);
    const files = { identityFiles: [fleet.identityFile], knownHostsFiles: [fleet.knownHostsFile] };
    await loginTo({ ...host, ...files }, act, limitMs);
  };
  const loginTo = async (
    at: { readonly address: string; readonly port: number },
    act: (connection: Connection) => Promise<unknown>,
    limitMs = connectMs,
  ): Promise<void> => {
    const host = testHost('web', at);
    const transports = testTransports(folder, { keepaliveMs: 100 });
    await using connection = await transports.of(host).connect(host, testConnect({ connectMs: limitMs }));
    await act(connection);
  };
  /** The connect limit passes when the host was asked for this, and not before, however long it takes to get there. */
  const limitPassesAt = async (question: string, act: () => Promise<unknown>): Promise<void> => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const acting = act();
      // Ended, also where it failed: what it threw is the test's.
      let isOver = false;
      void acting.then(
        () => (isOver = true),
        () => (isOver = true),
      );
      await until(`${question} is asked for`, () => isOver || asked.includes(question));
      mock.timers.tick(connectMs);
      await acting;
    } finally {
      mock.timers.reset();
    }
  };
  const nothing = async (): Promise<void> => undefined;
  const isTimeoutIn = (stage: string, hint: RegExp): object => ({
    code: 'unreachable',
    message: new RegExp(`^web \\(127\\.0\\.0\\.1:\\d+\\): timed out in ${stage} after 2 s, which is the connect limit`),
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
      const loggingIn = async (): Promise<void> => login({ kind: 'silent', from }, nothing);
      const ended = stage === 'login' ? limitPassesAt('publickey', loggingIn) : loggingIn();
      await assert.rejects(ended, isTimeoutIn(stage, hint));
    });
  }

  it('is lost at the idle limit where it says nothing when a command is to be started', async () => {
    const fault = { kind: 'silent', from: 'channel' } as const;
    const starting = login(fault, async (connection) => connection.exec('true'), longMs);
    await assert.rejects(starting, {
      code: 'lost',
      message: /no command can be started.*0\.4 s, which is the idle limit/,
    });
  });

  it('is lost at the idle limit where it says nothing once a command runs', async () => {
    const act = async (connection: Connection): Promise<void> => {
      const remote = await connection.exec('echo never seen').catch((error: unknown) => String(error));
      const ended = typeof remote === 'string' ? remote : JSON.stringify(await remote.exit);
      assert.match(ended, /0\.4 s, which is the idle limit/);
    };
    await login({ kind: 'silent', from: 'command' }, act, longMs);
  });

  it('starts no command and is given up at the connect limit where it only answers keepalives', async () => {
    const starting = limitPassesAt('session', async () =>
      login({ kind: 'mute' }, async (connection) => connection.exec('true')),
    );
    await assert.rejects(starting, {
      code: 'lost',
      message: /no answer within 2 s, which is the connect limit/,
      hint: /-t/,
    });
  });
});
