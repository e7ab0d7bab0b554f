/** Hosts of the testing kit misbehave exactly as they are told to, and what funbric makes of it is an error, never half a file. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { HostOptions } from '../../src/testing/host-options.ts';
import { startFleet, type TestFleet } from '../../src/testing/index.ts';
import { readRemoteFile, writeRemoteFile } from '../../src/transports/copy/one-file.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';

const content = 'x'.repeat(5000);

const hosts = [
  { name: 'sound', files: { 'sub/file': content } },
  { name: 'short-upload', faults: [{ kind: 'torn-upload', how: 'cut', atByte: 4000 }] },
  { name: 'other-upload', faults: [{ kind: 'torn-upload', how: 'changed', atByte: 4000 }] },
  { name: 'short-download', faults: [{ kind: 'torn-download', how: 'cut', atByte: 4000 }], files: { file: content } },
  {
    name: 'other-download',
    faults: [{ kind: 'torn-download', how: 'changed', atByte: 4000 }],
    files: { file: content },
  },
  { name: 'liar', faults: [{ kind: 'wrong-hashes' }], files: { file: content } },
  { name: 'reset', faults: [{ kind: 'reset', afterBytes: 6000 }] },
  { name: 'narrow', faults: [{ kind: 'max-sessions', sessions: 2 }] },
  { name: 'slow', faults: [{ kind: 'slow-login', ms: 200 }] },
] as const satisfies readonly HostOptions[];

type Name = (typeof hosts)[number]['name'];

describe('hosts of the testing kit', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let folder: string;
  const requests: string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-faults-'));
    fleet = await startFleet({ hosts, onRequest: (host, request) => void requests.push(`${host} ${request}`) });
  });
  after(async () => {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (name: Name): Promise<Connection> => {
    const place = fleet.hosts.find((host) => host.name === name);
    const files = { identityFiles: [fleet.identityFile], knownHostsFiles: [fleet.knownHostsFile] };
    const host = testHost(name, { ...place, ...files });
    return testTransports(folder).of(host).connect(host, testConnect());
  };
  const homeOf = (name: Name): string => fleet.hosts.find((host) => host.name === name)?.home ?? '';
  const { signal } = new AbortController();

  it('have the files and the programs that they were given', async () => {
    assert.equal(readFileSync(join(homeOf('sound'), 'sub/file'), 'utf8'), content);
    await using connection = await open('liar');
    const { stdout } = await runCommand(connection, 'echo | sha256sum');
    assert.match(stdout.toString(), /^(0123456789abcdef){4} /);
  });

  for (const name of ['short-upload', 'other-upload', 'liar'] as const) {
    it(`keep nothing of an upload that arrives otherwise than it was sent: ${name}`, async () => {
      await using connection = await open(name);
      const path = join(homeOf(name), 'new');
      const sending = writeRemoteFile(connection, Buffer.from(content), path, { mode: 0o600, signal });
      await assert.rejects(sending, { code: 'deploy', message: /sha256 differs/ });
      assert.deepEqual(
        readdirSync(homeOf(name)).filter((file) => file.startsWith('new')),
        [],
      );
    });
  }

  for (const name of ['short-download', 'other-download', 'liar'] as const) {
    it(`leave nothing here of a download that isn't what it says: ${name}`, async () => {
      await using connection = await open(name);
      const local = join(folder, name);
      const reading = readRemoteFile(connection, join(homeOf(name), 'file'), local, { maxBytes: 1e6, signal });
      await assert.rejects(reading, { code: 'deploy', message: /arrived damaged/ });
      assert.deepEqual(
        readdirSync(folder).filter((file) => file.startsWith(name)),
        [],
      );
    });
  }

  it('tear at the byte that was named, and nowhere else', async () => {
    await using connection = await open('other-upload');
    const sent = Buffer.from(content);
    const { stdout } = await runCommand(connection, 'cat', sent);
    const different = [...stdout.keys()].filter((at) => stdout[at] !== sent[at]);
    assert.deepEqual([stdout.length, different], [sent.length, [4000]]);
    await using short = await open('short-upload');
    assert.equal((await runCommand(short, 'cat', sent)).stdout.length, 4000);
  });

  it('reset every connection, and never after more than the bytes that were named', async () => {
    for (const _ of [1, 2]) {
      await using connection = await open('reset');
      const remote = await connection.exec('yes');
      let bytes = 0;
      remote.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
      remote.stderr.resume();
      assert.equal((await remote.exit).kind, 'lost');
      assert(bytes < 6000, `${bytes} bytes`);
    }
  });

  it('refuse channels above their sessions, which further logins make up for', async () => {
    await using connection = await open('narrow');
    const said = await Promise.all(
      [1, 2, 3, 4].map(async (turn) => (await runCommand(connection, `sleep 0.1; echo ${turn}`)).stdout.toString()),
    );
    assert.deepEqual(said, ['1\n', '2\n', '3\n', '4\n']);
  });

  it('take their time for a login', async () => {
    const started = performance.now();
    await using _ = await open('slow');
    assert(performance.now() - started >= 150);
  });

  it('are reached by the command, which says what became of each', async () => {
    const { status, stdout, stderr } = await fleet.run(['-H', 'sound,slow', '--', 'echo here; exit 3']);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, /^sound \| here$/m);
    assert.match(stderr, /exit 3/);
    await assert.rejects(fleet.latestRun(), { code: 'input', hint: /run a task/ });
  });

  it('run the agent where a task needs it, and the run can be looked into', async () => {
    const words = ['-H', 'sound,slow', 'runtest', '--dir', fleet.shared, '--workers', '1', '--ops', '20'];
    const { status, stdout, stderr } = await fleet.run(words);
    assert.equal(status, 0, stdout + stderr);
    const { verdict, hosts: rows } = await fleet.latestRun();
    assert.deepEqual([verdict, rows.map(({ name }) => name)], ['pass', ['sound', 'slow']]);
    const seen = new Set(requests.map((line) => line.split(' ')[1]));
    assert.deepEqual(seen, new Set(['session', 'exec']));
  });

  it('are gone with the fleet, and their folder with them', async () => {
    const own = await startFleet({ hosts: 2 });
    assert.deepEqual(
      own.hosts.map(({ name }) => name),
      ['host1', 'host2'],
    );
    await own.close();
    assert.equal(existsSync(own.folder), false);
    const socket = tcpConnect(own.hosts[0]?.port ?? 0, '127.0.0.1');
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });
});
