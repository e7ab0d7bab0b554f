/** How long an ssh that we drive lives, and what becomes of commands when it, its host, or funbric goes away. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../src/model/host.ts';
import type { Connection, RemoteProcess } from '../../src/transports/transport.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { commandOf, descendantsOf, signal, sshTo } from '../support/processes.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

const skip = sshdReason() || (existsSync('/usr/bin/ssh') ? false : 'no ssh here (Debian: openssh-client)');

describe('an ssh that holds a connection for funbric', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let sshd: Sshd;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-life-'));
    // Others may be at it at the same time.
    process.env['TMPDIR'] = folder;
    sshd = await startSshd();
  });
  after(async () => {
    await sshd.close();
    delete process.env['TMPDIR'];
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = async (to: Host, keepaliveMs?: number): Promise<Connection> =>
    testTransports(folder, keepaliveMs === undefined ? {} : { keepaliveMs })
      .of(to)
      .connect(to, testConnect({ isNewKeyAccepted: to.knownHostsFiles?.[0]?.startsWith(folder) === true }));
  const through = (proxy: Proxy): Host => ({
    ...hostOf(sshd),
    address: proxy.address,
    port: proxy.port,
    knownHostsFiles: [join(folder, `known-${proxy.port}`)],
  });
  const startYes = async (connection: Connection): Promise<RemoteProcess> => {
    const remote = await connection.exec('echo started; sleep 60');
    remote.stderr.resume();
    await once(remote.stdout, 'data');
    remote.stdout.resume();
    return remote;
  };
  const echo = async (connection: Connection, text: string | number): Promise<string> =>
    (await runCommand(connection, `sleep 0.1; echo ${text}`)).stdout.toString();

  it('is gone with its socket once the connection is closed', async () => {
    const connection = await connect(hostOf(sshd));
    assert.equal(sshTo(sshd.port).length, 1);
    assert.deepEqual(socketFolders(), [], 'nobody else can use its socket, also while it runs');
    await connection[Symbol.asyncDispose]();
    await until('the end of ssh', () => sshTo(sshd.port).length === 0);
  });

  it('says that the host was silent, and names the idle limit', async () => {
    await using proxy = await startProxy({ address: sshd.addresses[0] ?? '', port: sshd.port });
    await using connection = await connect(through(proxy), 1000);
    const remote = await startYes(connection);
    proxy.freeze();
    const reason = 'it was silent for 4 s, which is the idle limit (3 keepalives, 1 s apart)';
    assert.deepEqual(await remote.exit, { kind: 'lost', reason });
    assert.equal(await connection.closed, reason);
  });

  it('tells a command lost whose connection is reset or ended, and starts no other', async () => {
    for (const how of ['reset', 'end'] as const) {
      await using proxy = await startProxy({ address: sshd.addresses[0] ?? '', port: sshd.port });
      await using connection = await connect(through(proxy));
      const remote = await startYes(connection);
      proxy[how]();
      const exit = await remote.exit;
      assert.equal(exit.kind, 'lost');
      assert.match(await connection.closed, /the host closed the connection|reset by peer|Broken pipe/);
      await assert.rejects(connection.exec('true'), { code: 'lost' });
    }
  });

  it('is missed when it is killed, and its commands are lost', async () => {
    await using connection = await connect(hostOf(sshd));
    const remote = await startYes(connection);
    for (const pid of sshTo(sshd.port)) signal(pid, 'SIGKILL');
    assert.deepEqual(await remote.exit, { kind: 'lost', reason: 'its ssh ended without a word' });
  });

  for (const allowed of [1, 2]) {
    it(`is helped by further ones where sshd takes ${allowed} sessions a connection, six at most`, async () => {
      await using few = await startSshd({ config: [`MaxSessions ${allowed}`] });
      await using connection = await connect(hostOf(few));
      const said = await Promise.all(Array.from({ length: 24 }, async (_, turn) => echo(connection, turn)));
      assert.deepEqual(
        said,
        said.map((_, turn) => `${turn}\n`),
      );
      assert.equal(await echo(connection, 24), '24\n');
      const logins = few.log().split('Accepted publickey').length - 1;
      assert(logins > 1 && logins <= 6, `${logins} logins`);
    });
  }

  it('names MaxSessions where sshd takes none, and ForceCommand where it takes no command', async () => {
    await using none = await startSshd({ config: ['MaxSessions 0'] });
    await using connection = await connect(hostOf(none));
    await assert.rejects(connection.exec('true'), { code: 'lost', hint: /MaxSessions/ });
  });

  it('outlives questions of sshd whether anybody is there (ClientAliveInterval), and new keys (RekeyLimit)', async () => {
    // Unanswered ones end the connection after five seconds, before the slow command has ended.
    const config = ['ClientAliveInterval 1', 'ClientAliveCountMax 4', 'RekeyLimit 1M'];
    await using asking = await startSshd({ config });
    await using connection = await connect(hostOf(asking));
    const slow = runCommand(connection, 'sleep 8; exit 3');
    const { exit, stdout } = await runCommand(connection, 'head -c 8000000 /dev/zero');
    assert.deepEqual([exit, stdout.length], [{ kind: 'exited', code: 0 }, 8_000_000]);
    assert.deepEqual((await slow).exit, { kind: 'exited', code: 3 });
  });

  it('passes a signal on also to a command whose input has ended', async () => {
    await using connection = await connect(hostOf(sshd));
    const remote = await connection.exec('sleep 60');
    remote.stdin.end();
    await sleep(100);
    remote.kill();
    await remote.exit;
    // Whether sshd obeys depends on its version and the user; it always says that it was asked.
    await until('its word', () => /session_signal_req|session signalling/.test(sshd.log()));
  });

  it('stays for as long as funbric is connected, and ends by itself when funbric is killed', async () => {
    // Those of the tests before may still be ending.
    await until('the end of all others', () => sshTo(sshd.port).length === 0);
    await using idle = await connect(hostOf(sshd));
    const [first] = sshTo(sshd.port);
    const orphaned = spawn(process.execPath, ['--input-type=module', '-e', orphan(sshd)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(orphaned.stdout, 'data');
    assert.equal(sshTo(sshd.port).length, 2);
    orphaned.kill('SIGKILL');
    await until('the end of the ssh of a killed funbric', () => sshTo(sshd.port).length === 1, 30_000);
    assert.deepEqual(socketFolders(), []);
    // That took longer than an ssh without anybody lives.
    assert.deepEqual(sshTo(sshd.port), [first]);
    assert.equal(await echo(idle, 'still here'), 'still here\n');
    await until(
      'the end of what it ran',
      () => !descendantsOf(sshd.pid).some((pid) => commandOf(pid).includes('sleep 77')),
    );
  });
});

/** A funbric that connects, starts a command that lives as long as its input, says so, and waits to be killed. */
function orphan(sshd: Sshd): string {
  const support = join(fileURLToPath(new URL('.', import.meta.url)), '../support/transports.js');
  return `
    const { testConnect, testTransports } = await import(${JSON.stringify(support)});
    const host = ${JSON.stringify(hostOf(sshd))};
    const connection = await testTransports('/').of(host).connect(host, testConnect());
    const remote = await connection.exec('sleep 77 & cat; kill $!');
    remote.stdout.resume();
    console.log('connected');
    setInterval(() => undefined, 1000);
  `;
}

function hostOf(sshd: Sshd): Host {
  return testHost('web', {
    transport: 'openssh',
    address: sshd.addresses[0],
    port: sshd.port,
    identityFiles: [sshd.identityFile],
    knownHostsFiles: [sshd.knownHostsFile],
  });
}

function socketFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('funbric-ssh-'));
}
