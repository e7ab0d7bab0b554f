/** put and get on several hosts, as a user types them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { planSchema } from '../../src/model/plan.ts';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';
import { makeSudoUser, sudoReason } from '../support/sudo-user.ts';

describe('put and get', { skip: sshdReason(), timeout: 240_000 }, () => {
  const isSkipped = sshdReason() !== false;
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    if (isSkipped) return;
    bench = openBench();
    hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2', '127.0.0.3'] });
  });
  after(async () => {
    if (isSkipped) return;
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const run = async (...words: readonly string[]): Promise<Ended> =>
    funbric([...hosts.flags, '--reports', bench.reports, '--progress', 'plain', ...words], { cwd: bench.folder });

  it('bring a folder to every host, and from each into a folder of its own', async () => {
    const app = join(bench.folder, 'app');
    mkdirSync(join(app, 'bin'), { recursive: true });
    writeFileSync(join(app, 'bin/run'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
    writeFileSync(join(app, '.env'), 'A=1\n');
    const big = randomBytes(9 << 20);
    writeFileSync(join(app, 'big'), big);
    const first = await run('put', './app', '~/opt/app');
    assert.equal(first.status, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /put ~\/opt\/app: 3 files \(9\.00 MiB\)/);
    for (const home of hosts.homes) {
      assert(readFileSync(join(home, 'opt/app/big')).equals(big));
      assert.equal(statSync(join(home, 'opt/app/bin/run')).mode & 0o777, 0o755);
    }
    assert.match((await run('put', './app', '~/opt/app')).stdout, /0 files \(0 B\), 3 there already/);

    writeFileSync(join(hosts.homes[1] ?? '', 'opt/app/only here'), 'x');
    symlinkSync('/etc/passwd', join(hosts.homes[1] ?? '', 'opt/app/link'));
    const back = await run('get', '~/opt/app/', './back');
    assert.equal(back.status, 0, back.stdout + back.stderr);
    assert.match(back.stdout, /"link": links, left out/);
    assert.deepEqual(readdirSync(join(bench.folder, 'back')).sort(), ['127.0.0.2', '127.0.0.3']);
    const names = readdirSync(join(bench.folder, 'back/127.0.0.3/app')).sort();
    assert.deepEqual(names, ['.env', 'big', 'bin', 'only here']);
    assert(readFileSync(join(bench.folder, 'back/127.0.0.2/app/big')).equals(big));
  });

  it('are one file under the name that is given, or into a folder that is named by its end', async () => {
    writeFileSync(join(bench.folder, 'motd'), 'hello\n');
    mkdirSync(join(hosts.homes[0] ?? '', 'etc'));
    mkdirSync(join(hosts.homes[1] ?? '', 'etc'));
    const ended = await run('put', 'motd', '~/etc/');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.equal(readFileSync(join(hosts.homes[1] ?? '', 'etc/motd'), 'utf8'), 'hello\n');
    const got = await run('get', '~/etc/motd', 'single');
    assert.equal(got.status, 0, got.stdout + got.stderr);
    assert.equal(readFileSync(join(bench.folder, 'single/127.0.0.2/motd'), 'utf8'), 'hello\n');
    const plan = planSchema.parse(JSON.parse(readFileSync(join(bench.reports, 'latest/plan.json'), 'utf8')));
    assert.deepEqual(plan.tasks[0], { name: 'get', options: {}, arguments: ['~/etc/motd', 'single'] });
  });

  it('fail the hosts that they fail on, and name what is missing', async () => {
    writeFileSync(join(hosts.homes[0] ?? '', 'one'), '1');
    const ended = await run('get', '~/one', 'some');
    assert.equal(ended.status, 1);
    assert.match(ended.stdout, /127\.0\.0\.3.*one: can't be read: no such file/);
    assert.equal(readFileSync(join(bench.folder, 'some/127.0.0.2/one'), 'utf8'), '1');
    assert.deepEqual(readdirSync(join(bench.folder, 'some')), ['127.0.0.2']);
  });

  it('refuses a LOCAL that is missing or no file, before any login', async () => {
    const pipe = join(bench.folder, 'with pipe', 'in', 'pipe');
    mkdirSync(join(bench.folder, 'with pipe', 'in'), { recursive: true });
    execFileSync('mkfifo', [pipe]);
    const runs = readdirSync(bench.reports).length;
    const logins = hosts.sshd.log().split('Accepted publickey').length;
    for (const [local, found] of [
      ['./no such', /\.\/no such can't be put on hosts: ENOENT/],
      ['with pipe', /with pipe can't be put on hosts: with pipe\/in\/pipe can't be sent: it is neither/],
    ] as const) {
      const ended = await run('put', local, '~/');
      assert.equal(ended.status, 64, ended.stdout + ended.stderr);
      assert.match(ended.stderr, found);
    }
    assert.equal(readdirSync(bench.reports).length, runs);
    assert.equal(hosts.sshd.log().split('Accepted publickey').length, logins);
  });

  it('refuse a word that is empty, as of a variable that nobody set, before any login', async () => {
    const logins = hosts.sshd.log().split('Accepted publickey').length;
    for (const [words, found] of [
      [['put', '', '~/x'], /put: LOCAL is empty/],
      [['put', 'motd', ''], /put: REMOTE is empty/],
      [['get', '', 'x'], /get: REMOTE is empty/],
      [['get', '~/x', ''], /get: LOCAL is empty/],
    ] as const) {
      const ended = await run(...words);
      assert.equal(ended.status, 64, ended.stdout + ended.stderr);
      assert.match(ended.stderr, found);
    }
    assert.equal(hosts.sshd.log().split('Accepted publickey').length, logins);
  });

  it('are refused with too few words or too many, and say which they take', async () => {
    for (const words of [['put', 'a'], ['get'], ['get', 'a', 'b', 'c'], ['check', 'a', 'b']]) {
      const ended = await run(...words);
      assert.equal(ended.status, 64, ended.stdout + ended.stderr);
      assert.match(ended.stderr, /takes (LOCAL REMOTE|REMOTE LOCAL|\[RUN\]), and/);
    }
    assert.match((await funbric(['put', '--help'])).stdout, /funbric \[options\] put LOCAL REMOTE/);
  });

  it('write and read by sudo what their user may not', { skip: sudoReason() }, async () => {
    await using user = await makeSudoUser(['127.0.0.5']);
    user.maySudo('ALL=(ALL) ALL');
    const { sshd } = user;
    const closed = join(bench.folder, 'closed');
    mkdirSync(join(closed, 'in'), { recursive: true, mode: 0o700 });
    writeFileSync(join(bench.folder, 'password'), user.password, { mode: 0o600 });
    mkdirSync(join(bench.folder, 'sub'));
    writeFileSync(join(bench.folder, 'sub/file'), 'by root');
    const way = ['-H', '127.0.0.5', '-u', user.name, '-p', String(sshd.port), '-i', sshd.identityFile];
    const known = ['--known-hosts', sshd.knownHostsFile, '--reports', bench.reports];
    const sudo = ['--sudo', '--sudo-password-file', join(bench.folder, 'password')];
    const at = { cwd: bench.folder };
    const refused = await funbric([...way, ...known, 'put', 'sub', join(closed, 'in')], at);
    assert.equal(refused.status, 1, refused.stdout + refused.stderr);
    const put = await funbric([...way, ...known, ...sudo, 'put', 'sub', join(closed, 'in')], at);
    assert.equal(put.status, 0, put.stdout + put.stderr);
    assert.equal(statSync(join(closed, 'in/file')).uid, 0);
    const got = await funbric([...way, ...known, ...sudo, 'get', join(closed, 'in'), 'got'], at);
    assert.equal(got.status, 0, got.stdout + got.stderr);
    assert.equal(readFileSync(join(bench.folder, 'got/127.0.0.5/in/file'), 'utf8'), 'by root');
  });
});
