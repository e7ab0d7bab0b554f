import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  addKnownHost,
  knownKeysOf,
  parseKnownHosts,
  knownHostsReader,
  type HostAddress,
} from '../../src/transports/host-keys/known-hosts.ts';

const key = Buffer.from('key of the host');
const otherKey = Buffer.from('another key');
const k = key.toString('base64');
const o = otherKey.toString('base64');

/** Only root may, and not in every container. */
function makeNull(path: string): boolean {
  return spawnSync('mknod', [path, 'c', '1', '3']).status === 0;
}

const trial = mkdtempSync(join(tmpdir(), 'funbric-known-'));
const deviceReason = makeNull(join(trial, 'null')) ? false : 'no device can be made here (not root)';
rmSync(trial, { recursive: true });

function verdict(text: string, at: Partial<HostAddress> = {}): string {
  const lines = parseKnownHosts(text, 'kh');
  const found = knownKeysOf(lines, { host: 'Web-1.example', port: 22, ...at }).verdictOf(key);
  return found.kind === 'unknown' ? 'unknown' : `${found.kind} ${found.file}:${found.line}`;
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('known_hosts', () => {
  const cases: readonly (readonly [string, string, Partial<HostAddress>, string])[] = [
    ['a plain name, in any case of letters', `# note\n\nweb-1.EXAMPLE ssh-ed25519 ${k} comment`, {}, 'known kh:3'],
    ['one name of several', `a,web-1.example,b ssh-ed25519 ${k}`, {}, 'known kh:1'],
    ['no line of another host', `web-2.example ssh-ed25519 ${k}`, {}, 'unknown'],
    ['a wildcard', `web-?.*ple ssh-ed25519 ${k}`, {}, 'known kh:1'],
    ['a name that another pattern of the line excludes', `*.example,!web-1.example ssh-ed25519 ${k}`, {}, 'unknown'],
    ['a hashed name', `${hashed('web-1.example')} ssh-ed25519 ${k}`, {}, 'known kh:1'],
    ['a hashed name with a port', `${hashed('[web-1.example]:23')} ssh-ed25519 ${k}`, { port: 23 }, 'known kh:1'],
    ['a port', `[web-1.example]:23 ssh-ed25519 ${k}`, { port: 23 }, 'known kh:1'],
    ['no line of another port', `[web-1.example]:24 ssh-ed25519 ${k}`, { port: 23 }, 'unknown'],
    ['the key under the bare name for another port', `web-1.example ssh-ed25519 ${k}`, { port: 23 }, 'known kh:1'],
    ['no change by a bare name for another port', `web-1.example ssh-ed25519 ${o}`, { port: 23 }, 'unknown'],
    [
      'the first of two lines that say the same',
      `*.example ssh-rsa ${k}\nweb-1.example ssh-rsa ${k}`,
      {},
      'known kh:1',
    ],
    ['a name that stands twice in one line', `web-1.example,Web-1.example ssh-ed25519 ${k}`, {}, 'known kh:1'],
    ['another key as changed', `x ssh-rsa ${o}\nweb-1.example ssh-ed25519 ${o}`, {}, 'changed kh:2'],
    ['a second key of the host', `web-1.example ssh-rsa ${o}\nweb-1.example ssh-ed25519 ${k}`, {}, 'known kh:2'],
    ['a revoked key, known or not', `web-1.example ssh-ed25519 ${k}\n@revoked * ssh-ed25519 ${k}`, {}, 'revoked kh:2'],
    ['another revoked key as nothing', `@revoked * ssh-ed25519 ${o}`, {}, 'unknown'],
    ['a certificate authority as nothing', `@cert-authority * ssh-ed25519 ${k}`, {}, 'unknown'],
    ['a marker that it does not know as nothing', `@other web-1.example ssh-ed25519 ${k}`, {}, 'unknown'],
    ['a broken hash as nothing', `|1|x ssh-ed25519 ${k}`, {}, 'unknown'],
    ['HostKeyAlias instead of name and port', `alias ssh-ed25519 ${k}`, { port: 23, alias: 'alias' }, 'known kh:1'],
  ];
  for (const [title, text, at, expected] of cases) {
    it(`finds ${title}`, () => assert.equal(verdict(text, at), expected));
  }

  it('takes no exponential time for a hostile pattern', () => {
    assert.equal(verdict(`${'*a'.repeat(40)}* ssh-ed25519 ${k}`, { host: 'a'.repeat(39) }), 'unknown');
  });

  it('tells the types of the keys that a host may have', () => {
    const lines = parseKnownHosts(`h ssh-rsa ${k}\n@revoked h ssh-dss ${o}\nh ssh-ed25519 ${o}`, 'kh');
    assert.deepEqual(knownKeysOf(lines, { host: 'h', port: 22 }).keyTypes, ['ssh-rsa', 'ssh-ed25519']);
  });

  describe('adding a line', () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-known-'))));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const at = { host: 'h', port: 2222 };
    const line = `[h]:2222 ssh-ed25519 ${k}\n`;

    it('makes the file 0600 in a folder 0700', () => {
      const file = join(folder, '.ssh', 'known_hosts');
      addKnownHost(file, at, { type: 'ssh-ed25519', blob: key });
      assert.equal(readFileSync(file, 'utf8'), line);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(join(folder, '.ssh')).mode & 0o777, 0o700);
    });

    it('keeps what is there, also where its last line is open, and a link a link', () => {
      const file = join(folder, 'real');
      const link = join(folder, 'link');
      writeFileSync(file, `x ssh-ed25519 ${o}`);
      chmodSync(file, 0o644);
      symlinkSync(file, link);
      addKnownHost(link, at, { type: 'ssh-ed25519', blob: key });
      assert.equal(readFileSync(file, 'utf8'), `x ssh-ed25519 ${o}\n${line}`);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert(lstatSync(link).isSymbolicLink());
    });

    it('keeps every byte of what is there', () => {
      const file = join(folder, 'latin1');
      const theirs = Buffer.from(`x ssh-ed25519 ${o} caf\u00e9\n`, 'latin1');
      writeFileSync(file, theirs);
      addKnownHost(file, at, { type: 'ssh-ed25519', blob: key });
      assert.deepEqual(readFileSync(file), Buffer.concat([theirs, Buffer.from(line)]));
    });

    it('loses no line to another run that adds its own at the same time', async () => {
      const file = join(folder, 'busy');
      const module = new URL('../../src/transports/host-keys/known-hosts.js', import.meta.url);
      const program = `
        const { addKnownHost } = await import('${module.href}');
        for (let host = 0; host < 30; host++)
          addKnownHost(process.argv[1], { host: process.pid + '-' + host, port: 22 }, { type: 't', blob: Buffer.from('k') });`;
      const runs = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', program, file]));
      const ended = await Promise.all(runs.map(async (run) => once(run, 'close')));
      assert.deepEqual(
        ended,
        [1, 2, 3].map(() => [0, null]),
      );
      assert.equal(new Set(readFileSync(file, 'utf8').trim().split('\n')).size, 90);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('busy')),
        ['busy'],
      );
    });

    it('is not kept waiting for ever by a run that was killed while it wrote', () => {
      const file = join(folder, 'left');
      writeFileSync(`${file}.funbric-lock`, '');
      addKnownHost(file, at, { type: 'ssh-ed25519', blob: key });
      assert.equal(readFileSync(file, 'utf8'), line);
    });

    it('is not kept waiting for ever by a pipe in the place of the lock', () => {
      const file = join(folder, 'piped');
      assert.equal(spawnSync('mkfifo', [`${file}.funbric-lock`]).status, 0);
      addKnownHost(file, at, { type: 'ssh-ed25519', blob: key });
      assert.equal(readFileSync(file, 'utf8'), line);
    });

    it('waits for a run that lives and takes long to write, and loses no line of it', async () => {
      const file = join(folder, 'slow');
      const program = `
        const fs = require('node:fs');
        fs.writeFileSync(process.argv[1] + '.funbric-lock', process.pid + ' ' + require('node:os').hostname());
        console.log('it is mine');
        setTimeout(() => {
          fs.writeFileSync(process.argv[1], 'x ssh-ed25519 ${o}\\n');
          fs.rmSync(process.argv[1] + '.funbric-lock');
        }, 4000);`;
      const run = spawn(process.execPath, ['-e', program, file]);
      const ended = once(run, 'close');
      await once(run.stdout, 'data');
      addKnownHost(file, at, { type: 'ssh-ed25519', blob: key });
      assert.equal(readFileSync(file, 'utf8'), `x ssh-ed25519 ${o}\n${line}`);
      assert.deepEqual(await ended, [0, null]);
    });

    it('writes into a device such as /dev/null, and puts no file in its place', { skip: deviceReason }, () => {
      const device = join(folder, 'null');
      makeNull(device);
      addKnownHost(device, at, { type: 'ssh-ed25519', blob: key });
      assert(lstatSync(device).isCharacterDevice());
    });

    it('leaves what is no file and no device alone', () => {
      const pipe = join(folder, 'pipe');
      assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
      assert.throws(() => addKnownHost(pipe, at, { type: 'ssh-ed25519', blob: key }), /no regular file/);
      assert(lstatSync(pipe).isFIFO());
    });

    it('reads several files in order and takes a missing one for empty', () => {
      const file = join(folder, 'real');
      const lines = knownHostsReader()([join(folder, 'none'), file]);
      assert.deepEqual(
        lines.map(({ file: where, line: number }) => [where, number]),
        [
          [file, 1],
          [file, 2],
        ],
      );
    });

    it('sees at once what was added, taken away, or put in the place of a file', () => {
      const file = join(folder, 'changing');
      const read = knownHostsReader();
      const names = (): readonly string[] => read([file]).map(({ patterns }) => patterns);
      assert.deepEqual(names(), []);
      writeFileSync(file, `a ssh-rsa ${k}\n`);
      assert.deepEqual(names(), ['a']);
      writeFileSync(file, `b ssh-rsa ${k}\n`, { flag: 'a' });
      assert.deepEqual(names(), ['a', 'b']);
      writeFileSync(`${file}.new`, `c ssh-rsa ${k}\nd ssh-rsa ${k}\n`);
      renameSync(`${file}.new`, file);
      assert.deepEqual(names(), ['c', 'd']);
      rmSync(file);
      assert.deepEqual(names(), []);
    });
  });
});
