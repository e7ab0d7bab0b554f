/** Commands as another user, by the real sudo, over a real sshd, as a user of this machine who is made for it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runScript } from '../../src/transports/script.ts';
import { SudoPassword } from '../../src/transports/sudo/password.ts';
import { withSudo } from '../../src/transports/sudo/sudo.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { makeSudoUser, sudoReason, type SudoUser } from '../support/sudo-user.ts';
import { runCommand, slowly, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

describe('a command by sudo', { skip: sudoReason(), timeout: 600_000 }, () => {
  const isSkipped = sudoReason() !== false;
  let user: SudoUser;
  let folder: string;
  let login: Connection;
  before(async () => {
    if (isSkipped) return;
    folder = mkdtempSync(join(tmpdir(), 'funbric-sudo-'));
    user = await makeSudoUser();
    login = await connect('web');
  });
  after(async () => {
    if (isSkipped) return;
    await login[Symbol.asyncDispose]();
    await user[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = async (name: string): Promise<Connection> => {
    const { sshd } = user;
    const host = testHost(name, {
      address: sshd.addresses[0],
      port: sshd.port,
      user: user.name,
      identityFiles: [sshd.identityFile],
      knownHostsFiles: [sshd.knownHostsFile],
    });
    return await testTransports(folder).of(host).connect(host, testConnect());
  };
  const withPassword = (text = user.password): Connection => withSudo(login, { password: new SudoPassword(text) });
  const withNone = (): Connection => withSudo(login, {});
  const greet = (text: string): void => writeFileSync(join(homeOf(), '.bashrc'), text);
  const homeOf = (): string => readFileSync('/etc/passwd', 'utf8').split(`\n${user.name}:`)[1]?.split(':')[4] ?? '';

  it('runs as root where sudo asks for nothing, and reads what it is given', async () => {
    user.maySudo('ALL=(ALL) NOPASSWD: ALL');
    const { exit, stdout, stderr } = await runCommand(withNone(), 'id -un; cat; echo err >&2; exit 7', 'a line\n');
    const said = [exit, stdout.toString(), stderr.toString()];
    assert.deepEqual(said, [{ kind: 'exited', code: 7 }, 'root\na line\n', 'err\n']);
  });

  it('gives the password to a sudo that asks, the rest to the command, and shows nothing of the asking', async () => {
    user.maySudo('ALL=(ALL) ALL', `Defaults:${user.name} lecture=always`);
    const { stdout, stderr } = await runCommand(withPassword(), 'id -un; cat', 'first\nsecond\n');
    assert.deepEqual([stdout.toString(), stderr.toString()], ['root\nfirst\nsecond\n', '']);
  });

  it('never gives the password to a command whose sudo asks for none', async () => {
    user.maySudo('ALL=(ALL) NOPASSWD: ALL');
    const { stdout } = await runCommand(withPassword(), 'cat', 'input\n');
    assert.equal(stdout.toString(), 'input\n');
  });

  it('has the password in no argument, environment or file while it runs', async () => {
    user.maySudo('ALL=(ALL) ALL');
    const remote = await withPassword().exec('echo up; cat; sleep 1');
    remote.stderr.resume();
    await new Promise((resolve) => remote.stdout.once('data', resolve));
    const seen = readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .flatMap((pid) => ['cmdline', 'environ'].map((file) => readProc(pid, file)));
    assert(seen.some((text) => text.includes('sudo\0-S')));
    assert(!seen.some((text) => text.includes(user.password)));
    remote.stdin.end();
    remote.kill();
    await remote.exit;
  });

  it('becomes the user that is named, also one without a shell, in a folder that only that one may enter', async () => {
    user.maySudo('ALL=(ALL) ALL');
    const acting = withSudo(login, { user: 'www-data', password: new SudoPassword(user.password) });
    const limits = { signal: new AbortController().signal, timeoutMs: 30_000, maxOutputBytes: 1000 };
    const { stdout } = await runScript(acting, 'id -un; "$SHELL" -c "echo $HOME"', limits);
    assert.match(stdout.toString(), /^www-data\n\/var\/www\n$/);
  });

  it('is known from what a noisy login shell prints, also when that echoes its commands', async (t) => {
    user.maySudo('ALL=(ALL) ALL');
    greet("echo Welcome; printf 'no newline' >&2; set -v; set -x");
    t.after(() => rmSync(join(homeOf(), '.bashrc')));
    const { stdout, stderr } = await runCommand(withPassword(), 'echo out; echo err >&2');
    assert.deepEqual([stdout.toString(), stderr.toString()], ['out\n', 'err\n']);
  });

  it('fails at once where the password is wrong, which was sent once', async () => {
    user.maySudo('ALL=(ALL) ALL', `Defaults:${user.name} insults, passwd_tries=5, logfile=${folder}/sudo.log`);
    await assert.rejects(runCommand(withPassword('wrong'), `touch ${folder}/ran`), {
      code: 'task',
      message: /^web: sudo refused the password/,
    });
    const log = (): string => (existsSync(`${folder}/sudo.log`) ? readFileSync(`${folder}/sudo.log`, 'utf8') : '');
    await until("sudo's word", () => log().includes('incorrect password attempt'));
    assert.match(log(), /1 incorrect password attempt/);
    assert(!existsSync(`${folder}/ran`));
  });

  it('is tried on one host first: what that refuses no other is asked, what it takes all are', async () => {
    user.maySudo('ALL=(ALL) ALL', `Defaults:${user.name} logfile=${folder}/tried.log`);
    const wrong = new SudoPassword('wrong');
    const ends = await Promise.allSettled(
      Array.from({ length: 4 }, async () => runCommand(withSudo(login, { password: wrong }), 'id -un')),
    );
    const reasons = ends.map((end) => (end.status === 'rejected' ? String(end.reason) : 'ran'));
    assert.equal(reasons.filter((reason) => /refused the password/.test(reason)).length, 1, reasons.join('\n'));
    assert.equal(reasons.filter((reason) => /not tried here: web refused it/.test(reason)).length, 3);
    const right = new SudoPassword(user.password);
    const all = await Promise.all(
      Array.from({ length: 4 }, async () => runCommand(withSudo(login, { password: right }), 'id -un')),
    );
    assert.deepEqual(
      all.map(({ stdout }) => stdout.toString()),
      Array.from({ length: 4 }, () => 'root\n'),
    );
  });

  it('says that a password is wanted where none was given', async () => {
    user.maySudo('ALL=(ALL) ALL');
    await assert.rejects(runCommand(withNone(), 'id'), { message: /asks for a password, and none was given/ });
  });

  it('names a user who is not in sudoers, one who may do other things only, and requiretty', async () => {
    user.maySudo(undefined);
    await assert.rejects(runCommand(withPassword(), 'id'), { message: /not in the sudoers file/ });
    user.maySudo('ALL=(root) NOPASSWD: /usr/bin/true');
    await assert.rejects(runCommand(withPassword(), 'id'), {
      message: /may not do this by sudo \(Sorry, user \S+ is not allowed to execute this as root/,
    });
    user.maySudo('ALL=(ALL) NOPASSWD: ALL', `Defaults:${user.name} requiretty`);
    await assert.rejects(runCommand(withPassword(), 'id'), { message: /requiretty/ });
    user.maySudo('ALL=(ALL) NOPASSWD: ALL');
    await assert.rejects(runCommand(withSudo(login, { user: 'nobody-here' }), 'id'), {
      message: /no user of that name/,
    });
  });

  for (const [when, options, isSlow] of [
    ['', '!use_pty', false],
    [', also below a pty of sudo', 'use_pty', false],
    [', also before we heard that it began', '!use_pty', true],
  ] as const) {
    it(`is ended with all that it started when it is aborted${when}`, async () => {
      user.maySudo('ALL=(ALL) ALL', `Defaults:${user.name} ${options}`);
      const mark = mkdtempSync(join(folder, 'alive-'));
      const controller = new AbortController();
      const connection = isSlow ? slowly(login) : login;
      const acting = withSudo(connection, { password: new SudoPassword(user.password) });
      const running = runScript(acting, `(while :; do echo x >> '${mark}/log'; sleep 0.05; done) & wait`, {
        signal: controller.signal,
        timeoutMs: 60_000,
        maxOutputBytes: 100,
      });
      const log = join(mark, 'log');
      await until('its first line', () => existsSync(log));
      assert.equal(statSync(log).uid, 0);
      controller.abort(new Error('enough'));
      await assert.rejects(running, /enough/);
      // The word to end it goes by sudo too, which takes its time.
      for (let turn = 0, size = -1; size !== statSync(log).size; turn++) {
        assert(turn < 40, 'it still runs');
        size = statSync(log).size;
        await sleep(500);
      }
    });
  }
});

function readProc(pid: string, file: string): string {
  if (Number(pid) === process.pid || userInfo().uid !== 0) return '';
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
