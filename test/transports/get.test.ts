/** Files and folders from a host: what is there, under names of ours; and hosts that lie about theirs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { getPath } from '../../src/transports/copy/get.ts';
import type { CopiedPath } from '../../src/transports/copy/copied.ts';
import { localPaths, plainName } from '../../src/transports/copy/local-names.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const { signal } = new AbortController();

describe('getting from a host', { timeout: 600_000 }, () => {
  let folder: string;
  let local: Connection;
  let remote: string;
  let here: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-get-'));
    const host = testHost('web', { transport: 'local' });
    local = await testTransports(folder).of(host).connect(host, testConnect());
  });
  after(async () => {
    await local[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    remote = join(folder, 'remote');
    here = join(folder, 'here');
    mkdirSync(remote);
  });
  afterEach(() => {
    for (const path of [remote, here]) rmSync(path, { recursive: true, force: true });
  });

  const get = async (path = remote, to = here, connection = local): Promise<CopiedPath> =>
    getPath(connection, path, to, { signal, maxBytes: 2 ** 40 });
  /** A host whose login shell does this first. */
  const greeting = (first: string): Connection => ({
    ...local,
    exec: async (command, options) => local.exec(`${first}\n${command}`, options),
  });
  /** A host that says this instead of a listing. */
  const saying = (listing: string): Connection => withProgram('find', `printf "${listing}"`);
  const withProgram = (name: string, line: string): Connection => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    return greeting(`PATH=${bin}:$PATH; export PATH`);
  };

  it('brings a folder with all that is plain in it: dotfiles, empty files and folders, modes', async () => {
    mkdirSync(join(remote, 'bin/.hidden/empty'), { recursive: true });
    writeFileSync(join(remote, 'bin/run'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(remote, 'bin/.hidden/.env'), 'A=1\n', { mode: 0o600 });
    writeFileSync(join(remote, 'none'), '');
    const big = randomBytes(3_000_001);
    writeFileSync(join(remote, 'big'), big);
    assert.deepEqual(await get(), { files: 4, bytes: 10 + 4 + big.length, skipped: 0, notes: [] });
    const namesIn = (path: string): readonly string[] => readdirSync(path, { recursive: true }).map(String).sort();
    assert.deepEqual(namesIn(here), namesIn(remote));
    assert(readFileSync(join(here, 'big')).equals(big));
    assert.equal(statSync(join(here, 'bin/run')).mode & 0o777, 0o755);
    assert.equal(statSync(join(here, 'bin/.hidden/.env')).mode & 0o777, 0o600);
  });

  it('brings 2000 small files by one command', async () => {
    for (let at = 0; at < 2000; at++) writeFileSync(join(remote, `file ${at}`), `${at}\n`);
    let commands = 0;
    const counted: Connection = { ...local, exec: async (...given) => (commands++, local.exec(...given)) };
    assert.equal((await get(remote, here, counted)).files, 2000);
    assert.equal(commands, 1);
    assert.equal(readFileSync(join(here, 'file 1999'), 'utf8'), '1999\n');
  });

  it('brings the same content from many hosts at the same time, to names in one folder', async () => {
    writeFileSync(join(remote, 'file'), randomBytes(9 << 20));
    mkdirSync(here);
    const names = Array.from({ length: 6 }, (_, at) => join(here, `${at}`));
    await Promise.all(names.map(async (name) => get(join(remote, 'file'), name)));
    assert.equal(readdirSync(here).length, 6);
  });

  it('sends only what differs when it is asked again', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(remote, name), name);
    await get();
    writeFileSync(join(remote, 'b'), 'x');
    assert.deepEqual(await get(), { files: 1, bytes: 1, skipped: 2, notes: [] });
    assert.equal(readFileSync(join(here, 'b'), 'utf8'), 'x');
  });

  it('brings one file, whatever its name, also one that it is led to by a link that was named', async () => {
    const name = "-it's $(a)\\ %\n*";
    writeFileSync(join(remote, name), 'text', { mode: 0o640 });
    assert.deepEqual(await get(join(remote, name)), { files: 1, bytes: 4, skipped: 0, notes: [] });
    assert.equal(readFileSync(here, 'utf8'), 'text');
    symlinkSync(name, join(remote, 'link'));
    assert.equal((await get(join(remote, 'link'))).skipped, 1);
  });

  it('never follows links in a folder, and takes no pipes: it says so', async () => {
    writeFileSync(join(folder, 'outside'), 'secret');
    symlinkSync(join(folder, 'outside'), join(remote, 'link'));
    symlinkSync('/etc', join(remote, 'etc'));
    const { notes, files } = await get();
    assert.deepEqual([files, notes], [0, ['"etc", "link": links, left out']]);
    assert.deepEqual(readdirSync(here), []);
  });

  it('encodes what is plain on no system, and tells names apart that a file system of ours may not', async () => {
    const odd = [
      'new\nline',
      'tab\t',
      '-rf',
      'a\\b',
      '%41',
      'con.txt',
      'README',
      'readme',
      ' x',
      'é',
      'e\u0301',
      'ß',
      'SS',
    ];
    for (const name of odd) writeFileSync(join(remote, name), name);
    writeFileSync(Buffer.concat([Buffer.from(`${remote}/raw`), Buffer.from([0xff, 0xfe])]), 'raw');
    assert.equal((await get()).files, odd.length + 1);
    const names = readdirSync(here);
    for (const name of [
      'new%0Aline',
      'tab%09',
      '%2Drf',
      'a%5Cb',
      '%2541',
      '%63on.txt',
      'README',
      '%20x',
      'raw%FF%FE',
    ]) {
      assert(names.includes(name), `${name} is not in ${names.join(' ')}`);
    }
    assert.equal(new Set(names.map((name) => name.normalize('NFC').toUpperCase())).size, odd.length + 1);
    assert.equal(readFileSync(join(here, 'new%0Aline'), 'utf8'), 'new\nline');
  });

  const lies: readonly (readonly [what: string, listing: string, message: RegExp])[] = [
    ['a name that goes up', String.raw`d./../../owned\000.0\000`, /leads out of the folder/],
    ['an absolute name', String.raw`d/tmp/owned\000.0\000`, /leads out of the folder/],
    ['a name with an empty part', String.raw`d./a//b\000.0\000`, /leads out of the folder/],
    ['a name twice', String.raw`d./a\000d./a\000.0\000`, /comes twice/],
    ['a name that is too deep', `d.${'/a'.repeat(70)}${String.raw`\000.0\000`}`, /too deep/],
    ['an entry of no kind', String.raw`x./a\000.0\000`, /it has an entry/],
    ['a size that is none', String.raw`f1\000644 -5\000${'a'.repeat(64)}\000./a\000.0\000`, /a number/],
    ['a file without a sha256', String.raw`f1\000644 5\000abc\000./a\000.0\000`, /no sha256/],
    [
      'more than there is room for',
      String.raw`f1\000644 9999999999999\000${'a'.repeat(64)}\000./a\000.0\000`,
      /larger than/,
    ],
  ];
  for (const [what, listing, message] of lies) {
    it(`refuses a host that says ${what}, and writes nothing of it`, async () => {
      await assert.rejects(get(remote, here, saying(listing)), message);
      assert.deepEqual(existsSync(here) ? readdirSync(here) : [], []);
    });
  }

  it('refuses a file that is not what was said of it, keeps nothing of it, and keeps the others', async () => {
    writeFileSync(join(remote, 'good'), 'good');
    const sha = createHash('sha256').update('good').digest('hex');
    const lying = saying(String.raw`f2\000644 4\n644 4\000${'a'.repeat(64)}\n${sha}\000./good\000./x\000`);
    writeFileSync(join(remote, 'x'), 'good');
    await assert.rejects(get(remote, here, lying), {
      code: 'task',
      message: /"good": changed while it was read; 1 files/,
    });
    assert.deepEqual(readdirSync(here), ['x']);
  });

  it('is not led elsewhere by a link that lies in the folder here', async () => {
    mkdirSync(join(remote, 'sub'));
    writeFileSync(join(remote, 'sub/file'), 'x');
    mkdirSync(here);
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(here, 'sub'));
    await assert.rejects(get(), { code: 'input', message: /something else where a folder/ });
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), []);
  });

  it('goes on with a large file that was cut off, and begins anew where what is here is something else', async () => {
    const bytes = randomBytes(12 << 20);
    writeFileSync(join(remote, 'large'), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = createHash('sha256').update(`${sha256}\0large`).digest('hex').slice(0, 32);
    const part = join(here, `.funbric-${key}.part`);
    mkdirSync(here);
    writeFileSync(part, bytes.subarray(0, 10 << 20));
    assert.equal((await get()).bytes, 2 << 20);
    assert(readFileSync(join(here, 'large')).equals(bytes));
    rmSync(join(here, 'large'));
    writeFileSync(part, Buffer.alloc(10 << 20));
    await assert.rejects(get(), /changed while it was read/);
    assert.deepEqual(readdirSync(here), []);
    assert.equal((await get()).bytes, bytes.length);
  });

  it('brings a log whole up to where it was when it was asked for, though it grows', async () => {
    const log = join(remote, 'log');
    writeFileSync(log, 'first\n');
    const growing = withProgram('head', `echo more >> ${log}; exec /usr/bin/head "$@"`);
    await get(log, here, growing);
    assert.equal(readFileSync(here, 'utf8'), 'first\n');
    assert.match(readFileSync(log, 'utf8'), /more/);
  });

  it('leaves no part of a file that it could not put in its place', async () => {
    writeFileSync(join(remote, 'file'), 'x');
    mkdirSync(join(here, 'file'), { recursive: true });
    await assert.rejects(get(join(remote, 'file'), join(here, 'file')), { code: 'input', message: /EISDIR/ });
    assert.deepEqual(readdirSync(here), ['file']);
  });

  it('puts nothing in the place of a device, a socket or a pipe, which would break this machine', async () => {
    writeFileSync(join(remote, 'file'), 'x');
    execFileSync('mkfifo', [here]);
    await assert.rejects(get(join(remote, 'file'), here), { code: 'input', message: /no regular file/ });
    assert(lstatSync(here).isFIFO());
  });

  it(
    'brings no file whose size is not that of its content, and says so',
    { skip: !existsSync('/proc/version') && 'no /proc here' },
    async () => {
      await assert.rejects(get('/proc/version'), {
        code: 'task',
        message: /^web:\/proc\/version: it: its size is not/,
      });
      assert(!existsSync(here));
      const page = '/sys/kernel/uevent_seqnum';
      if (existsSync(page)) await assert.rejects(get(page), { code: 'task', message: /its size is not that of its/ });
    },
  );

  it('ends where folders can not be made', { skip: !existsSync('/proc/self') && 'no /proc here' }, async () => {
    await assert.rejects(get(remote, '/proc/no/such'), {
      code: 'input',
      message: /^\/proc\/no\/such can't be written on this machine: ENOENT/,
    });
  });

  it('names what is missing, or no file and no folder', async () => {
    await assert.rejects(get('/no/such'), { code: 'deploy', message: /^web:\/no\/such: .*no such file/ });
    await assert.rejects(get('/dev/null'), { code: 'deploy', message: /neither a file nor a folder/ });
  });

  it(
    'names what can not be read there, and brings the rest',
    { skip: process.getuid?.() === 0 && !existsSync('/usr/bin/setpriv') },
    async () => {
      writeFileSync(join(remote, 'a'), 'a');
      writeFileSync(join(remote, 'closed'), 'b', { mode: 0 });
      const who = process.getuid?.() === 0 ? 'exec setpriv --reuid 65534 --clear-groups ' : 'exec ';
      const asNobody: Connection = {
        ...local,
        exec: async (line, options) => local.exec(line.replace(/^exec /, who), options),
      };
      chmodSync(folder, 0o755);
      await assert.rejects(get(remote, here, asNobody), {
        code: 'task',
        message: /"closed": can't be read there; 1 files are here/,
      });
      assert.deepEqual(readdirSync(here), ['a']);
    },
  );
});

describe('names of ours', () => {
  it('keep long names apart, and are never long', () => {
    const long = 'a'.repeat(255);
    const names = [...localPaths([long, `${long.slice(0, 254)}b`, 'ä'.repeat(120)]).values()];
    assert(names.every((name) => Buffer.byteLength(name) <= 200));
    assert.equal(new Set(names).size, 3);
  });

  it('are never a way up', () => {
    for (const name of ['..', '.', '...', '. ', '.\u202e']) assert.doesNotMatch(plainName(name), /^\.*[. ]?$/);
  });
});
