import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { explain } from '../../src/model/errors.ts';
import { startProxyCommand } from '../../src/transports/route/proxy-command.ts';
import { quoteAll } from '../../src/transports/shell.ts';
import { sshdReason, startSshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

describe('a ProxyCommand', { timeout: 600_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-proxy-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const pidIn = async (file: string): Promise<number> => {
    await until('the command runs', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    return Number(readFileSync(file, 'utf8'));
  };
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  it('is ended when the connection ends, also where it takes no notice', async () => {
    for (const [name, trap] of Object.entries({ polite: '', deaf: "trap '' HUP; " })) {
      const file = join(folder, name);
      const script = `${trap}echo $$ > ${file}; while :; do sleep 0.1; done`;
      const { stream } = startProxyCommand(quoteAll(['sh', '-c', script]), '/bin/sh');
      const pid = await pidIn(file);
      stream.destroy();
      await until(`${name} is gone`, () => isGone(pid));
    }
  });

  it('is out of reach of Ctrl-C at the terminal, so that hosts can still be cleaned up', async () => {
    const file = join(folder, 'group');
    const { stream } = startProxyCommand(quoteAll(['sh', '-c', `echo $$ > ${file}; sleep 60`]), '/bin/sh');
    const pid = await pidIn(file);
    const groupOf = (of: number): string | undefined =>
      readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    if (existsSync('/proc/self/stat')) assert.notEqual(groupOf(pid), groupOf(process.pid));
    stream.destroy();
  });

  it('hands 8 MB through unchanged, however slowly they are read', async () => {
    const { stream } = startProxyCommand('cat', '/bin/sh');
    const bytes = randomBytes(8 << 20);
    stream.write(bytes);
    const received: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      received.push(chunk);
      length += chunk.length;
      if (length >= bytes.length) break;
    }
    assert(Buffer.concat(received).equals(bytes));
  });

  it('says how it ended with its last words, without the control characters in them', async () => {
    const script = 'seq 1000 >&2; printf "no \\033[31mroute\\n" >&2; exit 3';
    const { stream, endedBecause } = startProxyCommand(quoteAll(['sh', '-c', script]), '/bin/sh');
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    assert.equal(endedBecause(), 'its ProxyCommand ended with exit code 3, saying: 999 1000 no  [31mroute');
  });

  it('is said to have failed where its shell is missing', async () => {
    const { stream, endedBecause } = startProxyCommand('true', join(folder, 'no-shell'));
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    assert.match(String(endedBecause()), /can't be started by .*no-shell.*ENOENT/);
  });

  it('that fails is named at once, with what it said', { skip: sshdReason() }, async () => {
    const configFile = join(folder, 'failing');
    writeFileSync(configFile, `ProxyCommand sh -c 'echo x >> ${folder}/tries; echo bastion is down >&2; exit 1'\n`);
    const host = testHost('web');
    const error = await testTransports(folder, { configFile, env: { SHELL: '/bin/sh' } })
      .of(host)
      .connect(host, testConnect())
      .then(() => 'reached', explain);
    assert.match(error, /^web \(web:22\): its ProxyCommand ended with exit code 1, saying: bastion is down/);
    assert.equal(readFileSync(join(folder, 'tries'), 'utf8'), 'x\n');
  });

  for (const [title, script, said] of [
    ['in silence', 'true', ' and said nothing'],
    ['with words', 'echo no \u001B[31mroute today >&2', ', saying: no  [31mroute today'],
  ] as const) {
    it(`that ends well before SSH began, ${title}, is tried twice and then named`, { skip: sshdReason() }, async () => {
      const [configFile, tries] = [join(folder, 'ending'), join(folder, `tries ${title}`)];
      writeFileSync(configFile, `ProxyCommand sh -c 'echo x >> "${tries}"; ${script}'\n`);
      const host = testHost('web');
      const transports = testTransports(folder, { configFile, env: { SHELL: '/bin/sh' } });
      await assert.rejects(transports.of(host).connect(host, testConnect()), {
        code: 'unreachable',
        message: `web (web:22): its ProxyCommand ended with exit code 0 before SSH began${said}, also when tried again`,
        hint: /^mend the way there: .*ProxyCommand/,
      });
      assert.equal(readFileSync(tries, 'utf8'), 'x\nx\n');
    });
  }

  it('whose end loses a host says so', { skip: sshdReason() }, async () => {
    await using sshd = await startSshd({ addresses: ['127.0.0.2'] });
    const copy = join(folder, 'copy.cjs');
    const source = `require('fs').writeFileSync('${folder}/copy-pid', process.pid + '\\n');
      const s = require('net').connect(+process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);`;
    writeFileSync(copy, source);
    const configFile = join(folder, 'copying');
    writeFileSync(configFile, `ProxyCommand ${process.execPath} ${copy} %h %p\n`);
    const host = testHost('web', {
      address: '127.0.0.2',
      port: sshd.port,
      identityFiles: [sshd.identityFile],
      knownHostsFiles: [sshd.knownHostsFile],
    });
    const transports = testTransports(folder, { configFile, env: { SHELL: '/bin/sh' } });
    const connection = await transports.of(host).connect(host, testConnect());
    assert.equal((await runCommand(connection, 'echo in')).stdout.toString(), 'in\n');
    const remote = await connection.exec('sleep 60');
    process.kill(await pidIn(join(folder, 'copy-pid')), 'SIGKILL');
    const exit = await remote.exit;
    assert(exit.kind === 'lost');
    assert.match(exit.reason, /its ProxyCommand was ended by SIGKILL/);
  });
});
