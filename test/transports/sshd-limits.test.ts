/** What sshd allows by default, and what hardened ones allow less of: no login and no command is lost to it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Ask } from '../../src/transports/auth/secrets.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { childrenOf, signal } from '../support/processes.ts';
import { makeKey, sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';

describe('the limits of sshd', { skip: sshdReason(), timeout: 600_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-limits-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const hostOf = (sshd: Sshd, at = 0): ReturnType<typeof testHost> =>
    testHost(`web${at}`, {
      address: sshd.addresses[at % sshd.addresses.length],
      port: sshd.port,
      identityFiles: [sshd.identityFile],
      knownHostsFiles: [sshd.knownHostsFile],
    });
  const connect = async (sshd: Sshd): Promise<Connection> =>
    testTransports(folder).of(hostOf(sshd)).connect(hostOf(sshd), testConnect());
  const echo = async (connection: Connection, turn: number): Promise<string> =>
    (await runCommand(connection, `sleep 0.1; echo ${turn}`)).stdout.toString();
  const loginsOf = (sshd: Sshd): number => sshd.log().split('Accepted publickey').length - 1;

  const fifteen = Array.from({ length: 15 }, (_, at) => `127.0.0.${at + 2}`);
  for (const [count, how, addresses] of [
    [150, 'by one address', ['127.0.0.1']],
    // sshd listens on 16 addresses at most.
    [200, 'by 15 addresses', fifteen],
  ] as const) {
    it(`MaxStartups 10:30:100 loses no login of ${count} hosts that come at once, ${how}`, async () => {
      await using sshd = await startSshd({ addresses, maxStartups: '10:30:100' });
      const transports = testTransports(folder, { random: Math.random });
      const said = await Promise.all(
        Array.from({ length: count }, async (_, at) => {
          const host = hostOf(sshd, at);
          // Of a machine that does nothing else 10 s are enough; here each login is tried until it succeeds.
          await using connection = await transports.of(host).connect(host, testConnect({ connectMs: 300_000 }));
          return await echo(connection, at);
        }),
      );
      assert.deepEqual(
        said,
        said.map((_, at) => `${at}\n`),
      );
      assert.match(sshd.log(), /drop connection/, 'it was no trap');
    });
  }

  it('MaxSessions 10 fails no command and costs no second login: of 40 commands six run at the same time', async () => {
    await using sshd = await startSshd({ config: ['MaxSessions 10'] });
    await using connection = await connect(sshd);
    const log = join(folder, 'overlap');
    // The first ones wait for each other, however slowly they begin; then a seventh would have the time to join them.
    const isFew = `[ "$(grep -c begin '${log}')" -lt 6 ] && [ $n -lt 600 ]`;
    const six = `n=0; while ${isFew}; do n=$((n + 1)); sleep 0.1; done`;
    const command = `echo begin >> '${log}'; ${six}; sleep 0.2; echo end >> '${log}'`;
    const ended = await Promise.all(Array.from({ length: 40 }, async () => runCommand(connection, command)));
    assert.ok(ended.every(({ exit }) => exit.kind === 'exited' && exit.code === 0));
    let now = 0;
    let most = 0;
    for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
      now += line === 'begin' ? 1 : -1;
      most = Math.max(most, now);
    }
    assert.equal(most, 6);
    // sshd may free a session late and refuse the next: then it is asked again.
    assert.equal(loginsOf(sshd), 1);
  });

  for (const allowed of [1, 2]) {
    it(`MaxSessions ${allowed} is made up for by further logins, six at most`, async () => {
      await using sshd = await startSshd({ config: [`MaxSessions ${allowed}`] });
      await using connection = await connect(sshd);
      const said = await Promise.all(Array.from({ length: 24 }, async (_, turn) => echo(connection, turn)));
      assert.deepEqual(
        said,
        said.map((_, turn) => `${turn}\n`),
      );
      assert.equal(await echo(connection, 24), '24\n');
      assert(loginsOf(sshd) > 1 && loginsOf(sshd) <= 6, `${loginsOf(sshd)} logins`);
    });
  }

  it('MaxSessions 0 is named', async () => {
    await using sshd = await startSshd({ config: ['MaxSessions 0'] });
    await using connection = await connect(sshd);
    await assert.rejects(connection.exec('true'), { code: 'lost', hint: /MaxSessions/ });
  });

  it('MaxAuthTries is named', async () => {
    await using sshd = await startSshd({ config: ['MaxAuthTries 1'] });
    const others = [makeKey(join(folder, 'other1')), makeKey(join(folder, 'other2'))];
    const host = { ...hostOf(sshd), identityFiles: [...others, sshd.identityFile] };
    await assert.rejects(testTransports(folder).of(host).connect(host, testConnect()), {
      code: 'unreachable',
      message: /it said: Too many authentication failures/,
      hint: /MaxAuthTries says \(sshd_config there; 6 by default\): name the one key with -i/,
    });
  });

  it('LoginGraceTime is named where a login takes longer', async () => {
    await using sshd = await startSshd({ config: ['LoginGraceTime 100'] });
    // What ends sooner is no matter of time.
    await using agent = await hungAgent(sshd, () => setTimeout(() => passGraceTime(sshd), 1200));
    const host = { ...hostOf(sshd), identityFiles: [] };
    const transports = testTransports(folder, { env: { SSH_AUTH_SOCK: agent.socket } });
    await assert.rejects(transports.of(host).connect(host, testConnect()), {
      code: 'unreachable',
      hint: /LoginGraceTime in sshd_config there; this one had \d+\.\d s/,
    });
  });

  for (const [what, config, key, question] of [
    ['a password', ['PasswordAuthentication yes'], undefined, /'s password: $/],
    ['a passphrase', [], 'locked', /^Enter passphrase for key/],
  ] as const) {
    it(`LoginGraceTime that passes while ${what} is asked for is named, with what asks for none`, async () => {
      await using sshd = await startSshd({ config: ['LoginGraceTime 100', ...config] });
      const file = key === undefined ? undefined : join(sshd.folder, key);
      if (file !== undefined) lockedCopy(sshd.identityFile, file);
      let asked = '';
      let isTakenBack = false;
      const ask: Ask = async ({ text }, signal) => {
        asked = text;
        passGraceTime(sshd);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isTakenBack = true;
            reject(signal.reason);
          });
        });
      };
      const host = { ...hostOf(sshd), identityFiles: file === undefined ? [] : [file] };
      const transports = testTransports(folder, { secrets: { ask } });
      await assert.rejects(transports.of(host).connect(host, testConnect()), {
        code: 'unreachable',
        message: /while a password or passphrase was asked for, \d+\.\d s into the login/,
        hint: /LoginGraceTime.*--ask-pass.*--password-file.*agent \(ssh-add\)/,
      });
      assert.match(asked, question);
      // A passphrase is asked for once for all hosts, which may still want it.
      assert.equal(isTakenBack, key === undefined);
    });
  }

  for (const [title, words] of Object.entries({
    'an HTTP server': 'HTTP/1.1 400 Bad \u001B[31mRequest\r\nConnection: close\r\n\r\n',
    'a firewall': '\r\nConnection refused by policy',
  })) {
    for (const known of ['', '@cert-authority * ssh-ed25519 AAAA\n']) {
      it(`${title} in the place of sshd is named by what it says, once${known === '' ? '' : ', also where a certificate is asked for'}`, async () => {
        await using server = await closingServer(words);
        writeFileSync(join(folder, 'known'), known);
        const host = testHost('web', {
          address: '127.0.0.1',
          port: server.port,
          knownHostsFiles: [join(folder, 'known')],
        });
        await assert.rejects(testTransports(folder).of(host).connect(host, testConnect()), {
          code: 'unreachable',
          message:
            /it isn't SSH that answers there, but "(HTTP\/1.1 400 Bad  \[31mRequest|Connection refused by policy)"$/,
          hint: /the port of its sshd \(-p/,
        });
        assert.equal(server.tries(), 1);
      });
    }
  }

  it('an sshd that greets before it drops a login is tried again', async () => {
    await using server = await closingServer('Welcome\r\nSSH-2.0-busy\r\n');
    const host = testHost('web', { address: '127.0.0.1', port: server.port });
    await triedAgain(server, async (connectMs) =>
      assert.rejects(testTransports(folder).of(host).connect(host, testConnect({ connectMs })), {
        message: /dropped before the key exchange/,
      }),
    );
  });

  for (const [limit, words, hint] of [
    ['MaxStartups', 'Exceeded MaxStartups', /drops logins above MaxStartups.*raise it in sshd_config.*-P.*-t/],
    ['PerSourcePenalties', 'Not allowed at this time', /puts off our address.*PerSourcePenaltyExemptList/],
  ] as const) {
    it(`${limit} is told from what newer sshd say before they close the connection, and tried until the connect limit`, async () => {
      await using server = await closingServer(`${words}\r\n`);
      const host = testHost('web', { address: '127.0.0.1', port: server.port });
      const refusal = { code: 'unreachable', message: new RegExp(`limit: ${words}`), hint };
      await triedAgain(server, async (connectMs) =>
        assert.rejects(testTransports(folder).of(host).connect(host, testConnect({ connectMs })), refusal),
      );
    });
  }
});

function lockedCopy(key: string, copy: string): void {
  copyFileSync(key, copy);
  copyFileSync(`${key}.pub`, `${copy}.pub`);
  chmodSync(copy, 0o600);
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', copy], { stdio: 'pipe' });
}

/** Within each limit it fails as it must, and within one of them it tries again: a busy machine comes to less in the same time. */
async function triedAgain(
  { tries }: { readonly tries: () => number },
  isRefused: (connectMs: number) => Promise<void>,
): Promise<void> {
  for (let connectMs = 2_500; connectMs <= 40_000; connectMs *= 2) {
    const before = tries();
    await isRefused(connectMs);
    if (tries() - before > 1) return;
  }
  assert.fail(`it tried no login again: ${tries()} tries`);
}

/** Says so much to everyone, and closes. */
async function closingServer(
  words: string,
): Promise<AsyncDisposable & { readonly port: number; readonly tries: () => number }> {
  let tries = 0;
  const server = createServer((socket) => {
    tries++;
    socket
      .resume()
      .on('error', () => undefined)
      .end(words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert(address !== null && typeof address !== 'string');
  return {
    port: address.port,
    tries: () => tries,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As its clock does, which would also count the time that a busy machine takes up to here. */
function passGraceTime({ pid }: Sshd): void {
  for (const session of childrenOf(pid)) signal(session, 'SIGALRM');
}

/** Has the key that sshd wants, and never signs with it: as one that asks its user, who is away. */
async function hungAgent(sshd: Sshd, onAsked: () => void): Promise<AsyncDisposable & { readonly socket: string }> {
  const socket = join(sshd.folder, 'agent');
  const key = Buffer.from(readFileSync(`${sshd.identityFile}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
  const [number, one, length, noComment] = [Buffer.of(identitiesAnswer), int(1), int(key.length), int(0)];
  const identities = Buffer.concat([number, one, length, key, noComment]);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.on('data', (asked) => {
      if (asked[4] === identitiesRequest) client.write(Buffer.concat([int(identities.length), identities]));
      else onAsked();
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    async [Symbol.asyncDispose]() {
      for (const client of sockets) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const identitiesRequest = 11;
const identitiesAnswer = 12;

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
