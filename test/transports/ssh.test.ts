import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FunbricError } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/host.ts';
import type { HostFault } from '../../src/testing/host-options.ts';
import { startLoopbackFleet, type LoopbackFleet } from '../../src/testing/loopback.ts';
import { runScript } from '../../src/transports/script.ts';
import type { SshOptions } from '../../src/transports/ssh.ts';
import type { ConnectOptions, Connection } from '../../src/transports/transport.ts';
import { descendantsOf, signal } from '../support/processes.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

/** What a stranger's key looks like: the host's type, another point. */
const strangersKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqV5sJl2yXkT5eTrWfN4lL6l0pPZrJ9QyqC3yZ7Vw8d';

let folder: string;
const opened: Connection[] = [];

before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-ssh-'))));
after(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (connection) => connection[Symbol.asyncDispose]()));
});

async function connect(
  host: Host,
  options: Partial<ConnectOptions> = {},
  sshOptions: Partial<SshOptions> = {},
): Promise<Connection> {
  const connection = await testTransports(folder, sshOptions).of(host).connect(host, testConnect(options));
  opened.push(connection);
  return connection;
}

/** The error, with its hint as part of the text. */
async function refusalOf(connecting: Promise<Connection>): Promise<string> {
  try {
    await connecting;
  } catch (error) {
    assert(error instanceof FunbricError, String(error));
    assert.equal(error.code, 'unreachable');
    return `${error.message} -- ${String(error.hint)}`;
  }
  throw new assert.AssertionError({ message: 'it was let in' });
}

function knownHosts(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('host keys, on hosts in this process', { timeout: 600_000 }, () => {
  let fleet: LoopbackFleet;
  let host: Host;
  const logins: string[] = [];

  before(async () => {
    const onLogin = (name: string, method: string): void => void logins.push(`${name} ${method}`);
    fleet = await startLoopbackFleet({ count: 1, folder: join(folder, 'fleet'), onLogin });
    const [demo] = fleet.hosts;
    assert(demo !== undefined);
    host = testHost('web', { address: demo.address, port: demo.port, identityFiles: [fleet.identityFile] });
  });
  after(async () => fleet.close());

  const attempt = async (file: string, isNewKeyAccepted = false): Promise<string> => {
    logins.length = 0;
    return refusalOf(connect({ ...host, knownHostsFiles: [file] }, { isNewKeyAccepted }));
  };
  const nameInFile = (): string => `[127.0.0.1]:${host.port}`;
  const rightKey = (): string => readFileSync(fleet.knownHostsFile, 'utf8').split(' ').slice(1).join(' ').trim();

  it('refuse an unknown one before any login is tried, and say how to accept it', async () => {
    const file = join(folder, 'none', 'known_hosts');
    const refusal = await attempt(file);
    assert.match(refusal, /^web \(127\.0\.0\.1:\d+\): its host key ssh-ed25519 SHA256:\S+ is unknown/);
    assert(refusal.includes('--accept-new') && refusal.includes(file), refusal);
    assert.deepEqual(logins, []);
    assert(!existsSync(file), 'the file was made without being asked to');
  });

  for (const isNewKeyAccepted of [false, true]) {
    it(`refuse a changed one before any login is tried${isNewKeyAccepted ? ', also with --accept-new' : ''}`, async () => {
      const text = `# note\n${nameInFile()} ${strangersKey}\n`;
      const file = knownHosts('changed', text);
      const refusal = await attempt(file, isNewKeyAccepted);
      assert(refusal.includes(`its host key changed: ${file}:2`), refusal);
      assert(refusal.includes(`ssh-keygen -R '${nameInFile()}' -f '${file}'`), refusal);
      assert.deepEqual(logins, []);
      assert.equal(readFileSync(file, 'utf8'), text);
    });

    it(`refuse a revoked one before any login is tried${isNewKeyAccepted ? ', also with --accept-new' : ''}`, async () => {
      const file = knownHosts('revoked', `${nameInFile()} ${rightKey()}\n@revoked * ${rightKey()}\n`);
      assert.match(await attempt(file, isNewKeyAccepted), /is revoked by .*revoked:2/);
      assert.deepEqual(logins, []);
    });
  }

  it('add a new one with --accept-new: one line, 0600, that the next connection relies on', async () => {
    const file = join(folder, 'added', 'known_hosts');
    const own = { ...host, knownHostsFiles: [file] };
    await connect(own, { isNewKeyAccepted: true });
    await connect(own, { isNewKeyAccepted: true });
    await connect(own);
    assert.equal(readFileSync(file, 'utf8'), readFileSync(fleet.knownHostsFile, 'utf8'));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('refuse a new one that can not be added', async () => {
    knownHosts('a-file', '');
    const refusal = await attempt(join(folder, 'a-file', 'known_hosts'), true);
    assert.match(refusal, /can't be (added|read)/);
  });
});

describe('hosts that can not be reached', { timeout: 600_000 }, () => {
  const fleets: LoopbackFleet[] = [];
  after(async () => void (await Promise.all(fleets.map(async (fleet) => fleet.close()))));

  const hostWith = async (fault: HostFault): Promise<Host> => {
    const options = { count: 1, folder: join(folder, `faulty${fleets.length}`), each: [{ faults: [fault] }] };
    const fleet = await startLoopbackFleet(options);
    fleets.push(fleet);
    const files = { identityFiles: [fleet.identityFile], knownHostsFiles: [fleet.knownHostsFile] };
    return testHost('web', { address: '127.0.0.1', port: fleet.hosts[0]?.port, ...files });
  };

  it('are named with address and port where nothing listens', async () => {
    // No port that was free a moment ago, which another test may take.
    const host = testHost('web', { address: '127.0.0.1', port: 1 });
    assert.match(await refusalOf(connect(host)), /^web \(127\.0\.0\.1:1\): connection refused -- .*sshd/);
  });

  it('are named where the name is not found', async () => {
    const refusal = await refusalOf(connect(testHost('web', { address: 'no-such-host.invalid' })));
    assert.match(
      refusal,
      /^web \(no-such-host\.invalid:22\): the name "no-such-host\.invalid" isn't found .*hosts\.json/,
    );
  });

  it('are tried seven times where they drop the connection, then MaxStartups is named', async () => {
    const patient = await hostWith({ kind: 'drop', connections: 6 });
    await connect(patient, {}, { random: () => -0.5 });
    const host = await hostWith({ kind: 'drop', connections: 7 });
    assert.match(
      await refusalOf(connect(host, {}, { random: () => -0.5 })),
      /dropped before the key exchange.*MaxStartups/,
    );
  });

  it('are tried once where something else than SSH answers', async () => {
    let pauses = 0;
    const random = (): number => (pauses++, -0.5);
    const text = `HTTP/1.1 400 Bad Request\r\nx\u001B[31m\r\n${'y'.repeat(9000)}\r\n`;
    const refusal = await refusalOf(connect(await hostWith({ kind: 'no-ssh', text }), {}, { random }));
    assert(!refusal.includes('\u001B'), refusal);
    assert.equal(pauses, 0);
  });

  it('end at once when the caller gives up', async () => {
    const host = await hostWith({ kind: 'silent', from: 'banner' });
    const controller = new AbortController();
    const connecting = connect(host, { signal: controller.signal });
    await sleep(50);
    controller.abort(new Error('enough'));
    await assert.rejects(connecting, /enough/);
  });

  it('do not end the process when the network resets the connection mid-command', async () => {
    const connection = await connect(await hostWith({ kind: 'reset', afterBytes: 100_000 }));
    const remote = await connection.exec('yes');
    remote.stdout.resume();
    remote.stderr.resume();
    assert.equal((await remote.exit).kind, 'lost');
  });
});

describe('logins to OpenSSH', { skip: sshdReason(), timeout: 600_000 }, () => {
  let sshd: Sshd;
  let host: Host;
  let agent: ChildProcess | undefined;
  const agentSocket = (): string => join(folder, 'agent');

  before(async () => {
    sshd = await startSshd({ maxStartups: '4:100:4', config: ['RekeyLimit 1M'] });
    host = testHost('web', {
      address: sshd.addresses[0],
      port: sshd.port,
      identityFiles: [sshd.identityFile],
      knownHostsFiles: [sshd.knownHostsFile],
    });
    // The last of eight keys is the right one: more than sshd lets anyone try.
    agent = spawn('ssh-agent', ['-D', '-a', agentSocket()], { stdio: 'ignore' });
    // Its socket is there a moment before it listens.
    await until('the agent', () => existsSync(agentSocket()) && isAgentThere());
    for (let number = 1; number <= 7; number++) addToAgent(makeKey(`other${number}`));
    addToAgent(sshd.identityFile);
  });
  after(async () => {
    agent?.kill('SIGKILL');
    await sshd.close();
  });

  const makeKey = (name: string, passphrase = ''): string => {
    const path = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
    return path;
  };
  /** 1 is its answer that it has no keys, 2 that of ssh-add that it reaches none. */
  const isAgentThere = (): boolean =>
    spawnSync('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket() } }).status === 1;
  const addToAgent = (path: string): void => {
    execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket() }, stdio: 'ignore' });
  };

  it('offer no credential to a host whose key is unknown', async () => {
    const logged = sshd.log().length;
    await refusalOf(connect({ ...host, knownHostsFiles: [join(folder, 'none')] }));
    await until('its end', () => /Connection (closed|reset)|Disconnected|disconnect/.test(sshd.log().slice(logged)));
    const log = sshd.log().slice(logged);
    assert.match(log, /Connection from/);
    assert.doesNotMatch(log, /userauth-request|publickey/);
  });

  it('decide on a known_hosts as ssh does', async () => {
    const name = `[${sshd.addresses[0]}]:${sshd.port}`;
    const right = sshd.hostKey;
    const bare = sshd.addresses[0] ?? '';
    const texts = [
      '',
      `${name} ${right}`,
      `${name} ${strangersKey}`,
      `${bare} ${right}`,
      `${bare} ${strangersKey}`,
      `[127.0.0.?]:* ${right}`,
      `*,!${name} ${right}`,
      `${name} ${strangersKey}\n${name} ${right}`,
      `@revoked ${name} ${right}\n${name} ${right}`,
      `@cert-authority * ${right}`,
      `@cert-authority * ${strangersKey}\n${name} ${right}`,
    ];
    const hashedFile = knownHosts('hashed', `${name} ${right}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', hashedFile], { stdio: 'ignore' });
    const files = [...texts.map((text, index) => knownHosts(`texts${index}`, `${text}\n`)), hashedFile];
    for (const file of files) {
      const options = ['BatchMode=yes', `UserKnownHostsFile=${file}`, 'GlobalKnownHostsFile=none'];
      const args = ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
      const to = ['-i', sshd.identityFile, '-p', String(sshd.port), `${sshd.user}@${bare}`, 'true'];
      const isAllowed = spawnSync('ssh', [...args, ...to]).status === 0;
      const isOurs = await connect({ ...host, knownHostsFiles: [file] }).then(
        () => true,
        () => false,
      );
      assert.equal(isOurs, isAllowed, readFileSync(file, 'utf8'));
    }
  });

  it('name the keys that were refused, and those that were not tried', async () => {
    const identityFiles = [makeKey('wrong'), makeKey('locked', 'passphrase'), `${makeKey('half')}.pub`];
    const refusal = await refusalOf(connect({ ...host, identityFiles }));
    assert(refusal.includes(`login as ${sshd.user} failed: refused ${identityFiles[0]}; it takes publickey`), refusal);
    assert(refusal.includes(`${identityFiles[1]} is encrypted, load it into an agent`), refusal);
    assert(refusal.includes(`${identityFiles[2]} is a public key, and no agent holds its private one`), refusal);
  });

  it('try few keys of an agent, and choose by IdentitiesOnly', async () => {
    const env = { SSH_AUTH_SOCK: agentSocket() };
    const agentOnly = { ...host, identityFiles: [] };
    assert.match(await refusalOf(connect(agentOnly, {}, { env })), /agent key.*2 more keys.*choose one with -i/);
    // With -i its public part is enough to choose the agent's key, and it goes first.
    await connect({ ...host, identityFiles: [`${sshd.identityFile}.pub`] }, {}, { env });
    const configFile = join(folder, 'identities-only');
    writeFileSync(configFile, `IdentitiesOnly yes\nIdentityFile ${sshd.identityFile}.pub\n`);
    const { identityFiles: _, ...byConfig } = host;
    const connection = await connect(byConfig, {}, { env, configFile });
    assert.deepEqual((await runCommand(connection, 'exit 3')).exit, { kind: 'exited', code: 3 });
    const otherOnly = join(folder, 'other-only');
    writeFileSync(otherOnly, `IdentitiesOnly yes\nIdentityFile ${makeKey('unheard')}\n`);
    assert.doesNotMatch(await refusalOf(connect(byConfig, {}, { env, configFile: otherOnly })), /agent key/);
  });

  it('use an encrypted key that an agent holds', async () => {
    const locked = join(folder, 'locked-right');
    writeFileSync(locked, readFileSync(sshd.identityFile), { mode: 0o600 });
    writeFileSync(`${locked}.pub`, readFileSync(`${sshd.identityFile}.pub`));
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', locked]);
    await connect({ ...host, identityFiles: [locked] }, {}, { env: { SSH_AUTH_SOCK: agentSocket() } });
  });

  it('do not depend on an agent that is gone', async () => {
    await connect(host, {}, { env: { SSH_AUTH_SOCK: join(folder, 'no-agent') } });
  });

  it('come through where sshd takes few at once', async () => {
    const transports = testTransports(folder, { random: () => Math.random() });
    const all = await Promise.all(
      // As long as it takes: sshd drops more of them where it is slow to let them in.
      Array.from({ length: 24 }, async () => transports.of(host).connect(host, testConnect({ connectMs: 120_000 }))),
    );
    opened.push(...all);
    assert.equal(all.length, 24);
    assert.match(sshd.log(), /drop connection|MaxStartups/);
  });

  it('survive that keys are exchanged anew', async () => {
    const { exit, stdout } = await runCommand(await connect(host), 'head -c 8000000 /dev/zero');
    assert.deepEqual([exit, stdout.length], [{ kind: 'exited', code: 0 }, 8_000_000]);
  });

  it('pass a signal on also to a command whose input has ended', async () => {
    const remote = await (await connect(host)).exec('sleep 60');
    remote.stdin.end();
    await sleep(100);
    remote.kill();
    await remote.exit;
    // Whether sshd obeys depends on its version and the user; it always says that it was asked.
    await until('its word', () => /session_signal_req|session signalling/.test(sshd.log()));
  });

  it('are found lost when the host falls silent', async () => {
    // Long enough that an sshd that only waits for its turn on a busy machine isn't taken for a silent one.
    const connection = await connect(host, {}, { keepaliveMs: 1000 });
    const remote = await connection.exec('sleep 60');
    remote.stdout.resume();
    remote.stderr.resume();
    const sessions = descendantsOf(sshd.pid);
    for (const pid of sessions) signal(pid, 'SIGSTOP');
    try {
      const reason = 'it was silent for 4 s, which is the idle limit (3 keepalives, 1 s apart)';
      assert.deepEqual(await remote.exit, { kind: 'lost', reason });
      assert.equal(await connection.closed, reason);
    } finally {
      for (const pid of sessions) signal(pid, 'SIGKILL');
    }
  });

  it('limit also a script that a hanging login shell never starts', { timeout: 120_000 }, async () => {
    await using stuck = await startSshd({ addresses: ['127.0.0.5'], config: ['ForceCommand exec sleep 1000'] });
    const connection = await connect({
      ...host,
      address: '127.0.0.5',
      port: stuck.port,
      identityFiles: [stuck.identityFile],
      knownHostsFiles: [stuck.knownHostsFile],
    });
    const options = { signal: new AbortController().signal, timeoutMs: 300, maxOutputBytes: 1000 };
    await assert.rejects(runScript(connection, 'echo never', options), /didn't end within 0.3 s/);
  });
});
