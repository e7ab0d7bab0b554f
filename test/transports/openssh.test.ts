/** Hosts through the ssh program: it says what funbric's own SSH says, does what that can't, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { FunbricError } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/host.ts';
import type { SshOptions } from '../../src/transports/ssh.ts';
import type { ConnectOptions, Connection } from '../../src/transports/transport.ts';
import { sshTo } from '../support/processes.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

/** What a stranger's key looks like: the host's type, another point. */
const strangersKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqV5sJl2yXkT5eTrWfN4lL6l0pPZrJ9QyqC3yZ7Vw8d';

const skip = sshdReason() || (existsSync('/usr/bin/ssh') ? false : 'no ssh here (Debian: openssh-client)');

describe('hosts through the ssh program', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let sshd: Sshd;
  let host: Host;
  const opened: Connection[] = [];
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-openssh-'));
    sshd = await startSshd();
    host = hostOf(sshd);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (connection) => connection[Symbol.asyncDispose]()));
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });
  after(async () => {
    await sshd.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = async (
    to: Host,
    options: Partial<ConnectOptions> = {},
    sshOptions: Partial<SshOptions> = {},
  ): Promise<Connection> => {
    const connection = await testTransports(folder, sshOptions).of(to).connect(to, testConnect(options));
    opened.push(connection);
    return connection;
  };
  const refusalOf = async (...given: Parameters<typeof connect>): Promise<string> => {
    try {
      await connect(...given);
    } catch (error) {
      assert(error instanceof FunbricError, String(error));
      assert.equal(error.code, 'unreachable');
      return `${error.message} -- ${String(error.hint)}`;
    }
    throw new assert.AssertionError({ message: 'it was let in' });
  };
  /** What both transports say, where it is the same. */
  const sameRefusal = async (...[to, ...options]: Parameters<typeof connect>): Promise<string> => {
    const ours = await refusalOf({ ...to, transport: 'ssh' }, ...options);
    assert.equal(await refusalOf(to, ...options), ours);
    return ours;
  };
  const knownHosts = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const makeKey = (name: string, passphrase = ''): string => {
    const path = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
    return path;
  };
  const listen = async (onSocket: (socket: Socket) => void): Promise<Host> => {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return testHost('web', {
      transport: 'openssh',
      address: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      knownHostsFiles: [join(folder, 'none')],
    });
  };
  const nameInFile = (): string => `[${sshd.addresses[0]}]:${sshd.port}`;
  const echo = async (connection: Connection, text: string): Promise<string> =>
    (await runCommand(connection, `sleep 0.1; echo ${text}`)).stdout.toString();

  describe('that can not be reached', () => {
    it('are refused in the same words as by our own SSH where their key is unknown', async () => {
      const refusal = await sameRefusal({ ...host, knownHostsFiles: [knownHosts('empty', '')] });
      assert.match(refusal, /its host key ssh-ed25519 SHA256:\S{43} is unknown: it isn't in .*empty -- .*--accept-new/);
    });

    for (const isNewKeyAccepted of [false, true]) {
      it(`are refused in the same words where their key changed${isNewKeyAccepted ? ', also with --accept-new' : ''}`, async () => {
        const text = `# note\n${nameInFile()} ${strangersKey}\n`;
        const file = knownHosts('changed', text);
        const refusal = await sameRefusal({ ...host, knownHostsFiles: [file] }, { isNewKeyAccepted });
        assert(refusal.includes(`its host key changed: ${file}:2`), refusal);
        assert.equal(readFileSync(file, 'utf8'), text);
      });

      it(`are refused where their key is revoked${isNewKeyAccepted ? ', also with --accept-new' : ''}`, async () => {
        const text = `${nameInFile()} ${sshd.hostKey}\n@revoked * ${sshd.hostKey}\n`;
        const file = knownHosts('revoked', text);
        assert.match(
          await refusalOf({ ...host, knownHostsFiles: [file] }, { isNewKeyAccepted }),
          /is revoked by one of .*revoked -- that key must never be trusted again/,
        );
      });
    }

    it('are added with --accept-new, and known from then on; not where the file can not be written', async () => {
      const file = join(folder, 'added');
      const own = { ...host, knownHostsFiles: [file] };
      await connect(own, { isNewKeyAccepted: true });
      await connect(own);
      assert(readFileSync(file, 'utf8').includes(sshd.hostKey));
      const inFile = { ...host, knownHostsFiles: [join(file, 'known_hosts')] };
      assert.match(await refusalOf(inFile, { isNewKeyAccepted: true }), /its host key can't be added/);
    });

    it('are named in the same words where nothing listens, or the name is not found', async () => {
      // No port that was free a moment ago, which another test may take.
      const gone = { ...(await listen(() => undefined)), port: 1 };
      assert.match(await sameRefusal(gone), /^web \(127\.0\.0\.1:\d+\): connection refused -- .*sshd/);
      const unknown = testHost('web', { transport: 'openssh', address: 'no-such-host.invalid' });
      assert.match(
        await refusalOf(unknown),
        /^web \(no-such-host\.invalid:22\): the name "no-such-host\.invalid" isn't/,
      );
    });

    it('cost no more than the connect limit where they say nothing, and the stage is named', async () => {
      const silent = await listen(() => undefined);
      const refusal = await sameRefusal(silent, { connectMs: 5000 });
      assert.match(refusal, /timed out in key exchange after 5 s, which is the connect limit/);
    });

    it('are tried seven times where they drop the connection, then MaxStartups is named', async () => {
      let tries = 0;
      const dropping = await listen((socket) => {
        tries++;
        socket.destroy();
      });
      assert.match(
        await refusalOf(dropping, {}, { random: () => -0.5 }),
        /dropped before the key exchange.*MaxStartups/,
      );
      assert.equal(tries, 7);
    });

    it('are tried once where something else than SSH answers, and what it says is no escape', async () => {
      let tries = 0;
      const other = await listen((socket) => {
        tries++;
        socket.end(`HTTP/1.1 400 Bad Request\r\nx\u001B[31m\r\n${'y'.repeat(9000)}\r\n`);
      });
      const refusal = await refusalOf(other, { connectMs: 5000 }, { random: () => -0.5 });
      assert(!refusal.includes('\u001B') && refusal.length < 1000, refusal);
      assert.equal(tries, 1);
    });

    it('end at once, with their ssh, when the caller gives up', async () => {
      const silent = await listen(() => undefined);
      const controller = new AbortController();
      const connecting = connect(silent, { signal: controller.signal });
      const isThere = (): boolean => sshTo(silent.port ?? 0).length > 0;
      await until('its ssh', isThere);
      controller.abort(new Error('enough'));
      await assert.rejects(connecting, /enough/);
      assert.equal(isThere(), false);
    });

    it('name the keys that were refused, and those that could not be used', async () => {
      const identityFiles = [makeKey('wrong'), join(folder, 'open')];
      writeFileSync(join(folder, 'open'), readFileSync(sshd.identityFile), { mode: 0o644 });
      writeFileSync(join(folder, 'open.pub'), readFileSync(`${sshd.identityFile}.pub`));
      const refusal = await refusalOf({ ...host, identityFiles });
      assert(refusal.includes(`login as ${sshd.user} failed: refused ${identityFiles[0]}`), refusal);
      assert.match(refusal, /it takes publickey.*Not tried: .*open: bad permissions/);
    });

    it('are no options of ssh, whatever they are called', async () => {
      const touched = join(folder, 'touched');
      for (const name of [`-oProxyCommand=touch ${touched}`, '']) {
        assert.match(await refusalOf({ ...host, address: name }), /can't be the name of a host or user/);
        assert.match(await refusalOf({ ...host, user: name }), /can't be the name of a host or user/);
      }
      await refusalOf({ ...host, address: `127.0.0.2 -oProxyCommand=touch ${touched}` });
      await refusalOf({ ...host, address: `$(touch ${touched})`, user: `$(touch ${touched})` });
      assert(!existsSync(touched));
    });

    it('are found with files whose names ssh would take apart', async () => {
      const odd = join(folder, 'a %h folder');
      mkdirSync(odd);
      const paths = { identityFiles: [join(odd, 'my key')], knownHostsFiles: [join(odd, 'known hosts')] };
      writeFileSync(paths.identityFiles[0] ?? '', readFileSync(sshd.identityFile), { mode: 0o600 });
      writeFileSync(paths.knownHostsFiles[0] ?? '', readFileSync(sshd.knownHostsFile));
      await connect({ ...host, ...paths });
      assert.match(
        await refusalOf({ ...host, identityFiles: [join(odd, 'none')] }),
        /the identity file .* doesn't exist/,
      );
    });
  });

  describe('that our own SSH can not reach', () => {
    it('take a user certificate that lies beside its key', async () => {
      const authority = makeKey('user-authority');
      const key = makeKey('certified');
      execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'a test', '-n', sshd.user, '-V', '+5m', `${key}.pub`]);
      await using strict = await startSshd({
        config: [`TrustedUserCAKeys ${authority}.pub`, 'AuthorizedKeysFile none'],
      });
      const certified = { ...hostOf(strict), identityFiles: [key] };
      assert.equal(await echo(await connect(certified), 'in'), 'in\n');
      assert.match(await refusalOf({ ...hostOf(strict), identityFiles: [strict.identityFile] }), /login as .* failed/);
    });

    it('prove themselves with a host certificate, and are refused without the authority', async () => {
      const authority = makeKey('host-authority');
      const key = makeKey('certified-host');
      const names = '127.0.0.2';
      execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'a host', '-h', '-n', names, `${key}.pub`]);
      await using certified = await startSshd({ config: [`HostKey ${key}`, `HostCertificate ${key}-cert.pub`] });
      const line = `@cert-authority 127.0.0.* ${readFileSync(`${authority}.pub`, 'utf8')}`;
      const known = { ...hostOf(certified), knownHostsFiles: [knownHosts('authority', line)] };
      assert.equal(await echo(await connect(known), 'in'), 'in\n');
      const other = {
        ...known,
        knownHostsFiles: [knownHosts('other-authority', `@cert-authority * ${strangersKey}\n`)],
      };
      assert.match(await refusalOf(other), /its host key ssh-ed25519\S* SHA256:\S{43} is unknown/);
    });

    it('take a key whose passphrase an SSH_ASKPASS program knows, and without one nobody is asked', async () => {
      const locked = join(folder, 'locked');
      writeFileSync(locked, readFileSync(sshd.identityFile), { mode: 0o600 });
      execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', locked]);
      const askpass = join(folder, 'askpass');
      writeFileSync(askpass, '#!/bin/sh\necho passphrase\n', { mode: 0o700 });
      const own = { ...host, identityFiles: [locked] };
      const env = { PATH: process.env['PATH'], SSH_ASKPASS: askpass };
      assert.match(await refusalOf(own, {}, { env }), /login as .* failed/);
      const asking = await connect(own, {}, { env: { ...env, SSH_ASKPASS_REQUIRE: 'force' } });
      assert.equal(await echo(asking, 'in'), 'in\n');
    });

    it('have settings in ssh_config that are for people, which change no command', async () => {
      const configFile = knownHosts(
        'for-people',
        ['RemoteCommand tmux', 'RequestTTY force', 'LogLevel QUIET', 'ForwardAgent yes', 'LocalForward 127.0.0.1:9 a:9']
          .concat(['ControlMaster auto', `ControlPath ${folder}/%C`, 'ControlPersist no', 'IdentitiesOnly yes'])
          .join('\n'),
      );
      assert.equal(await echo(await connect(host, {}, { configFile }), 'in'), 'in\n');
      assert.match(await refusalOf({ ...host, port: 1 }, {}, { configFile }), /connection refused/);
    });

    it('offer nothing but a post-quantum key exchange', async (t) => {
      const algorithm = 'sntrup761x25519-sha512@openssh.com';
      const offered = execFileSync('ssh', ['-Q', 'kex'], { encoding: 'utf8' });
      if (!offered.includes(algorithm)) return t.skip(`this ssh has no ${algorithm}`);
      await using modern = await startSshd({ config: [`KexAlgorithms ${algorithm}`] });
      assert.equal(await echo(await connect(hostOf(modern)), 'in'), 'in\n');
      await assert.rejects(connect({ ...hostOf(modern), transport: 'ssh' }), { code: 'unreachable' });
    });

    it('are behind a jump host of ssh_config, whose refusal is told from theirs', async () => {
      const [target, jump] = sshd.addresses;
      const through = async (
        name: string,
        changed: Readonly<Record<string, string>> = {},
        to: Partial<Host> = {},
      ): Promise<Connection> => {
        const way = {
          Port: String(sshd.port),
          IdentityFile: sshd.identityFile,
          UserKnownHostsFile: sshd.knownHostsFile,
          ...changed,
        };
        const lines = Object.entries(way).map((pair) => pair.join(' '));
        const rest = [`IdentityAgent none`, `IdentityFile ${sshd.identityFile}`, `Port ${sshd.port}`];
        const hosts = [`Host web`, `HostName ${target}`, 'ProxyJump jump', 'Host jump', `HostName ${jump}`, ...lines];
        const configFile = knownHosts(
          name,
          [...hosts, 'Host *', ...rest, `UserKnownHostsFile ${sshd.knownHostsFile}`, ''].join('\n'),
        );
        return connect(testHost('web', { transport: 'openssh', ...to }), {}, { configFile });
      };
      assert.equal(await echo(await through('right'), 'in'), 'in\n');
      const typed = through('typed', {}, { address: target, jump: [{ name: 'jump' }] });
      assert.equal(await echo(await typed, 'in'), 'in\n');
      await assert.rejects(
        through('keys', {}, { jump: [{ name: 'jump', identityFiles: ['k'] }] }),
        /of the keys of jump host jump/,
      );
      const isAtJump = (port: string, found: string): object => ({
        code: 'unreachable',
        message: new RegExp(`^web's jump host \\(127\\.0\\.0\\.3:${port}\\): ${found}`),
      });
      await assert.rejects(through('closed', { Port: '1' }), isAtJump('1', 'connection refused'));
      const onlyTarget = knownHosts('only-target', `${nameInFile()} ${sshd.hostKey}\n`);
      const unknown = through('unknown', { UserKnownHostsFile: onlyTarget });
      await assert.rejects(unknown, isAtJump('\\d+', 'its host key ssh-ed25519 SHA256:\\S{43} is unknown'));
    });
  });
});

function hostOf(sshd: Sshd): Host {
  return testHost('web', {
    transport: 'openssh',
    address: sshd.addresses[0],
    port: sshd.port,
    identityFiles: [sshd.identityFile],
    knownHostsFiles: [sshd.knownHostsFile],
  });
}
