import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../src/model/host.ts';
import { startLoopbackFleet } from '../../src/testing/loopback.ts';
import { readRemoteFile, writeRemoteFile } from '../../src/transports/copy/one-file.ts';
import { getPath } from '../../src/transports/copy/get.ts';
import { LocalDigests } from '../../src/transports/copy/local-tree.ts';
import { putPath } from '../../src/transports/copy/put.ts';
import { runScript } from '../../src/transports/script.ts';
import { inDirectory } from '../../src/transports/shell.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { killDescendants } from '../support/processes.ts';
import { sshdReason, startSshd } from '../support/sshd.ts';
import { runCommand, slowly, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

/** A way to reach a host, and the means to take it away. */
interface Rig {
  readonly host: Host;
  /** Ends the connection as a crash would; undefined where there is none to break. */
  readonly breakConnection?: () => void;
  readonly close: () => Promise<void>;
}

interface Subject {
  readonly name: string;
  readonly skip: string | false;
  readonly start: (folder: string) => Promise<Rig>;
}

const subjects: readonly Subject[] = [
  ...sshSubjects('ssh', false),
  {
    name: 'ssh behind a jump host',
    skip: sshdReason(),
    async start() {
      const sshd = await startSshd();
      const { port, identityFile, knownHostsFile } = sshd;
      const fields = { port, identityFiles: [identityFile], knownHostsFiles: [knownHostsFile] };
      const gate = { ...fields, name: 'gate', address: sshd.addresses[1] };
      const host = testHost('real', { ...fields, address: sshd.addresses[0], jump: [gate] });
      return { host, breakConnection: () => killDescendants(sshd.pid), close: async () => sshd.close() };
    },
  },
  ...sshSubjects('openssh', existsSync('/usr/bin/ssh') ? false : 'no ssh here (Debian: openssh-client)'),
  {
    name: 'local',
    skip: false,
    start: async () => ({ host: testHost('here', { transport: 'local' }), close: async () => undefined }),
  },
];

function sshSubjects(transport: string, skip: string | false): readonly Subject[] {
  return [
    {
      name: `${transport} to OpenSSH`,
      skip: skip || sshdReason(),
      async start() {
        const sshd = await startSshd();
        const host = testHost('real', {
          transport,
          address: sshd.addresses[0],
          port: sshd.port,
          identityFiles: [sshd.identityFile],
          knownHostsFiles: [sshd.knownHostsFile],
        });
        return { host, breakConnection: () => killDescendants(sshd.pid), close: async () => sshd.close() };
      },
    },
    {
      name: `${transport} to a loopback host`,
      skip,
      async start(folder) {
        const fleet = await startLoopbackFleet({ count: 1, folder: join(folder, 'fleet') });
        const [demo] = fleet.hosts;
        assert(demo !== undefined);
        const host = testHost(demo.name, {
          transport,
          address: demo.address,
          port: demo.port,
          user: demo.user,
          identityFiles: [fleet.identityFile],
          knownHostsFiles: [fleet.knownHostsFile],
        });
        return { host, breakConnection: () => void fleet.close(), close: async () => fleet.close() };
      },
    },
  ];
}

for (const subject of subjects) {
  describe(`transport contract: ${subject.name}`, { skip: subject.skip, timeout: 600_000 }, () => {
    let folder: string;
    let rig: Rig;
    let connection: Connection;

    const connect = async (host: Host): Promise<Connection> =>
      testTransports(folder).of(host).connect(host, testConnect());

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'funbric-contract-'));
      rig = await subject.start(folder);
      connection = await connect(rig.host);
    });

    after(async () => {
      await connection[Symbol.asyncDispose]();
      await rig.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const code of [0, 1, 255]) {
      it(`gives the exit code ${code}`, async () => {
        assert.deepEqual((await runCommand(connection, `exit ${code}`)).exit, { kind: 'exited', code });
      });
    }

    it('waits for the status of a command that closes its outputs long before it ends', async () => {
      const process = await connection.exec('exec >&- 2>&-; sleep 0.3; exit 3');
      process.stdin.end();
      process.stdout.resume();
      process.stderr.resume();
      assert.deepEqual(await process.exit, { kind: 'exited', code: 3 });
    });

    it('gives the signal that killed a command', async () => {
      assert.deepEqual((await runCommand(connection, 'kill -KILL $$')).exit, { kind: 'killed', signal: 'SIGKILL' });
    });

    it('keeps stdout and stderr apart and takes output on stderr for no failure', async () => {
      const { exit, stdout, stderr } = await runCommand(connection, 'echo out; echo err >&2');
      assert.deepEqual([exit, stdout.toString(), stderr.toString()], [{ kind: 'exited', code: 0 }, 'out\n', 'err\n']);
    });

    it('hands over a character that comes in two pieces', async () => {
      const { stdout } = await runCommand(connection, String.raw`printf '\342'; sleep 0.1; printf '\202\254'`);
      assert.equal(stdout.toString(), '€');
    });

    it('hands 4 MB of input through to the output unchanged', async () => {
      const bytes = randomBytes(4 << 20);
      const { stdout } = await runCommand(connection, 'cat', bytes);
      assert(stdout.equals(bytes));
    });

    it('holds a command back whose output nobody reads yet, and loses none of its 50 MB', async () => {
      const remote = await connection.exec('head -c 50000000 /dev/zero; echo end >&2');
      remote.stdin.end();
      let complaint = '';
      remote.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
      await sleep(300);
      assert(remote.stdout.readableLength <= 4 << 20, `${remote.stdout.readableLength} bytes were kept`);
      assert.equal(complaint, '');
      let bytes = 0;
      remote.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
      await remote.exit;
      assert.equal(bytes, 50_000_000);
      assert.equal(complaint, 'end\n');
    });

    it('keeps no more of endless output than asked for', async () => {
      const script = 'head -c 50000000 /dev/zero';
      const limits = { signal: new AbortController().signal, timeoutMs: 60_000, maxOutputBytes: 1000 };
      const { exit, stdout, isCut } = await runScript(connection, script, limits);
      assert.deepEqual([exit, stdout.length, isCut], [{ kind: 'exited', code: 0 }, 1000, true]);
    });

    it("doesn't wait for a writer whose command reads nothing", async () => {
      const { exit } = await runCommand(connection, 'exec 0<&-; exit 4', Buffer.alloc(8 << 20));
      assert.deepEqual(exit, { kind: 'exited', code: 4 });
    });

    it('ends a script with its command, also where its input never ends', async () => {
      const limits = { signal: new AbortController().signal, timeoutMs: 20_000, maxOutputBytes: 100 };
      for (let turn = 0; turn < 5; turn++) {
        const { exit } = await runScript(connection, 'exit 3', { ...limits, stdin: () => new PassThrough() });
        assert.deepEqual(exit, { kind: 'exited', code: 3 });
      }
    });

    it('does not run a command in a directory that is missing', async () => {
      const { exit, stdout } = await runCommand(connection, inDirectory('/no such "dir', 'echo ran'));
      assert.equal(stdout.toString(), '');
      assert.notDeepEqual(exit, { kind: 'exited', code: 0 });
    });

    for (const isSlow of [false, true]) {
      const when = isSlow ? ', also before we heard that it began' : '';
      it(`ends a script and all that it started when it is aborted${when}`, async () => {
        const mark = join(folder, `alive-${randomBytes(4).toString('hex')}`);
        const controller = new AbortController();
        const script = `(while :; do echo x >> '${mark}'; sleep 0.05; done) & wait`;
        const running = runScript(isSlow ? slowly(connection) : connection, script, {
          signal: controller.signal,
          timeoutMs: 60_000,
          maxOutputBytes: 100,
        });
        await until('its mark', () => existsSync(mark));
        // For the host's answer that it was started, which comes before what it says.
        await sleep(150);
        controller.abort(new Error('enough'));
        await assert.rejects(running, /enough/);
        // Asked at once; how long a busy host takes to hear it isn't the point, but the test's limit is.
        for (let turn = 0, before = -1, now = 0; now !== before; now = statSync(mark).size, turn++) {
          assert(turn < 60, 'it still runs');
          before = statSync(mark).size;
          await sleep(500);
        }
      });
    }

    it('says which limit ended a script', async () => {
      const limits = { signal: new AbortController().signal, timeoutMs: 300, maxOutputBytes: 100 };
      await assert.rejects(runScript(connection, 'sleep 60', limits), { code: 'limit', message: /within 0\.3 s/ });
    });

    it('refuses to start anything for a caller that has given up', async () => {
      await assert.rejects(connection.exec('true', { signal: AbortSignal.abort(new Error('gave up')) }), /gave up/);
    });

    it('copies a file there and back unchanged, and leaves nothing beside it', async () => {
      const bytes = randomBytes(3_000_001);
      const remotePath = join(folder, "it's $(a) file \\ *");
      const back = join(folder, 'back');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const { signal } = new AbortController();
      const sent = await writeRemoteFile(connection, bytes, remotePath, { mode: 0o640, signal });
      assert.deepEqual(sent, { bytes: bytes.length, sha256 });
      assert(readFileSync(remotePath).equals(bytes));
      assert.equal(statSync(remotePath).mode & 0o777, 0o640);
      assert.deepEqual(await readRemoteFile(connection, remotePath, back, { maxBytes: 1e7, signal }), sent);
      assert(readFileSync(back).equals(bytes));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith('.part')),
        [],
      );
    });

    it('brings a folder there and back unchanged, and sends nothing of it twice', async () => {
      const [source, there, back] = ['tree', 'tree-there', 'tree-back'].map((name) => join(folder, name));
      assert(source !== undefined && there !== undefined && back !== undefined);
      mkdirSync(join(source, 'sub/empty'), { recursive: true });
      writeFileSync(join(source, "sub/it's $(a)\n"), 'odd', { mode: 0o750 });
      writeFileSync(join(source, 'large'), randomBytes(9 << 20));
      const { signal } = new AbortController();
      const put = { signal, digests: new LocalDigests() };
      assert.equal((await putPath(connection, source, there, put)).files, 2);
      assert.equal((await putPath(connection, source, there, put)).files, 0);
      const get = { signal, maxBytes: 1e9 };
      assert.equal((await getPath(connection, there, back, get)).files, 2);
      assert.equal((await getPath(connection, there, back, get)).files, 0);
      assert(readFileSync(join(back, 'large')).equals(readFileSync(join(source, 'large'))));
      assert.deepEqual(readdirSync(join(back, 'sub')).sort(), ['empty', "it's $(a)%0A"]);
      assert.equal(statSync(join(back, "sub/it's $(a)%0A")).mode & 0o777, 0o750);
    });

    it('copies empty files', async () => {
      const path = join(folder, 'empty');
      const { signal } = new AbortController();
      await writeRemoteFile(connection, new Uint8Array(), path, { mode: 0o600, signal });
      assert.equal((await readRemoteFile(connection, path, `${path}-back`, { maxBytes: 10, signal })).bytes, 0);
    });

    it('takes no file that is larger than allowed, and leaves no part of it', async () => {
      const path = join(folder, 'large');
      writeFileSync(path, Buffer.alloc(2 << 20));
      const { signal } = new AbortController();
      const reading = readRemoteFile(connection, path, join(folder, 'taken'), { maxBytes: 1 << 20, signal });
      await assert.rejects(reading, { code: 'limit' });
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('taken')),
        [],
      );
    });

    it('names the host and the path of a file that is missing', async () => {
      const { signal } = new AbortController();
      const reading = readRemoteFile(connection, '/no/such file', join(folder, 'none'), { maxBytes: 10, signal });
      await assert.rejects(reading, {
        code: 'deploy',
        message: new RegExp(`^${rig.host.name}:/no/such file: .*no such file`),
      });
    });

    it('runs 200 commands one after the other over one connection', async () => {
      for (let turn = 0; turn < 200; turn++) {
        const { exit, stdout } = await runCommand(connection, `echo ${turn}`);
        assert.deepEqual([exit, stdout.toString()], [{ kind: 'exited', code: 0 }, `${turn}\n`]);
      }
    });

    it('runs 20 commands at the same time, however few channels the host takes', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, async (_, turn) => runCommand(connection, `sleep 0.1; echo ${turn}`)),
      );
      assert.deepEqual(
        all.map(({ stdout }) => stdout.toString()),
        all.map((_, turn) => `${turn}\n`),
      );
    });

    it('calls a command lost whose connection we closed', async () => {
      const own = await connect(rig.host);
      const remote = await own.exec('sleep 60');
      remote.stdout.resume();
      remote.stderr.resume();
      await own[Symbol.asyncDispose]();
      assert.equal((await remote.exit).kind, 'lost');
      assert.equal(await own.closed, 'closed by us');
    });

    // This machine can't be lost to itself.
    if (subject.name === 'local') return;

    it('calls a command lost whose connection broke, and starts no other', async () => {
      const remote = await connection.exec('echo started; sleep 60');
      remote.stderr.resume();
      await new Promise((resolve) => remote.stdout.once('data', resolve));
      rig.breakConnection?.();
      assert.equal((await remote.exit).kind, 'lost');
      assert.match(await connection.closed, /./);
      await assert.rejects(connection.exec('true'), { code: 'lost' });
    });
  });
}
