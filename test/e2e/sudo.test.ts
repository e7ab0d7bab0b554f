/** The funbric command by sudo, as a user of this machine who is made for it; and where commands of a task start. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench } from '../support/funbric.ts';
import { localFleet } from '../support/local-hosts.ts';
import { makeSudoUser, sudoReason, type SudoUser } from '../support/sudo-user.ts';

describe('commands by sudo', { skip: sudoReason(), timeout: 600_000 }, () => {
  const isSkipped = sudoReason() !== false;
  let bench: Bench;
  let user: SudoUser;
  let flags: readonly string[];
  let passwordFile: string;
  before(async () => {
    if (isSkipped) return;
    bench = openBench();
    user = await makeSudoUser(['127.0.0.2', '127.0.0.3']);
    const { sshd } = user;
    const way = ['-p', String(sshd.port), '-i', sshd.identityFile, '--known-hosts', sshd.knownHostsFile];
    flags = ['-H', sshd.addresses.join(','), '-u', user.name, ...way];
    passwordFile = join(bench.folder, 'password');
    writeFileSync(passwordFile, `${user.password}\n`, { mode: 0o600 });
  });
  after(async () => {
    if (isSkipped) return;
    await user[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  it('--sudo runs a command as root on every host, --sudo-user as another', async () => {
    user.maySudo('ALL=(ALL) ALL');
    const ended = await funbric([...flags, '--sudo', '--sudo-password-file', passwordFile, '--', 'id', '-un']);
    assert.deepEqual(ended.stdout.split('\n').sort(), ['', '127.0.0.2 | root', '127.0.0.3 | root'], ended.stderr);
    assert.deepEqual([ended.status, ended.stderr], [0, '']);
    const words = ['--sudo-user', 'www-data', '--sudo-password-file', passwordFile, '--', 'echo $(id -un) $HOME'];
    const other = await funbric([...flags, '-x', '127.0.0.3', ...words]);
    assert.deepEqual([other.stdout, other.status], ['127.0.0.2 | www-data /var/www\n', 0], other.stderr);
  });

  it('a wrong password fails one host, and is not tried on the next', async () => {
    user.maySudo('ALL=(ALL) ALL');
    const wrong = join(bench.folder, 'wrong');
    writeFileSync(wrong, 'wrong', { mode: 0o600 });
    const ended = await funbric([...flags, '--sudo', '--sudo-password-file', wrong, '--', 'id']);
    assert.equal(ended.status, 1);
    assert.match(ended.stderr, /sudo refused the password/);
    assert.match(ended.stderr, /was not tried here/);
  });

  it('without a terminal nobody is asked', async () => {
    const ended = await funbric([...flags, '--sudo', '--ask-sudo-pass', '--', 'id']);
    assert.equal(ended.status, 64);
    assert.match(ended.stderr, /--ask-sudo-pass: there is no terminal to ask at/);
  });

  it('a task may use it, and nothing that is kept of the run holds the password', async () => {
    user.maySudo('ALL=(ALL) ALL');
    mkdirSync(join(bench.folder, 'tasks'), { recursive: true });
    writeFileSync(
      join(bench.folder, 'tasks/admin.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'a test', async run(host) {
         const { stdout } = await host.cd('/root').sudo(['sh', '-c', 'id -un; pwd; cat'], { stdin: 'typed' });
         host.log('said ' + JSON.stringify(stdout));
         await host.sudo(['touch', '/nowhere/x'], { user: 'www-data', check: false });
       } });`,
    );
    const words = [...flags, '--sudo-password-file', passwordFile, '--reports', bench.reports, '--json', 'admin'];
    const ended = await funbric(words, { cwd: bench.folder });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert(ended.stdout.includes(String.raw`said \"root\\n/root\\ntyped\"`), ended.stdout);
    const kept = execFileSync('grep', ['-rl', 'www-data', bench.reports], { encoding: 'utf8' });
    assert.match(kept, /report\.html/);
    assert.throws(() => execFileSync('grep', ['-rF', user.password, bench.reports]), { status: 1 });
    assert.equal((ended.stdout + ended.stderr).includes(user.password), false);
  });
});

describe('where commands of a task start', { timeout: 600_000 }, () => {
  it('is the directory of cd, from one to the next, and nothing runs where that is missing', async () => {
    using bench = openBench();
    localFleet(bench, ['a']);
    const home = join(bench.folder, 'home');
    mkdirSync(join(bench.folder, "it's -/deep"), { recursive: true });
    mkdirSync(join(home, '-'), { recursive: true });
    writeFileSync(
      join(bench.folder, 'tasks/walk.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'a test', async run(host) {
         const where = async (place, options) => host.log('at ' + (await place.run(['pwd'], options)).stdout.trim());
         const inside = host.cd(${JSON.stringify(bench.folder)}).cd("it's -");
         await where(inside.cd('deep'));
         await where(inside, { cwd: 'deep/..' });
         await where(host.cd('-'));
         await where(inside.cd('~/-'));
         host.log('ran ' + JSON.stringify(await inside.cd('none').run(['echo', 'x'], { check: false })));
       } });`,
    );
    const ended = await funbric(['--reports', bench.reports, '-H', 'a', '--progress', 'plain', 'walk'], {
      cwd: bench.folder,
      env: { HOME: home, CDPATH: '/' },
    });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const at = [...ended.stdout.matchAll(/at (.*)/g)].map(([, place]) => place);
    const own = join(bench.folder, "it's -");
    assert.deepEqual(at, [join(own, 'deep'), own, join(home, '-'), join(home, '-')]);
    assert.match(ended.stdout, /ran \{"stdout":"","stderr":".*none/);
  });
});
