/** Logins as a user sees them: asked at the terminal, over jump hosts, with a password that shows up nowhere. */
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { processesThatTell } from '../support/processes.ts';
import { ctrlC, ptyReason, startAtTerminal } from '../support/pty.ts';
import { makeKey } from '../support/ssh-keys.ts';
import { sshdReason } from '../support/sshd.ts';
import { startWordsServer } from '../support/words-server.ts';

const canary = 'canary-7f3a9c';

describe('logins', { skip: sshdReason(), timeout: 600_000 }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  let locked: string;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
    locked = makeKey(join(bench.folder, 'locked'), { passphrase: canary });
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const size = { rows: 24, columns: 100 };

  it('ask for a passphrase once, unseen, and keep it out of every process', { skip: ptyReason() }, async (t) => {
    const authorized = join(hosts.sshd.folder, 'authorized_keys');
    copyFileSync(`${locked}.pub`, authorized);
    t.after(() => copyFileSync(`${hosts.sshd.identityFile}.pub`, authorized));
    const flags = hosts.flags.map((flag) => (flag === hosts.sshd.identityFile ? locked : flag));
    const terminal = startAtTerminal([...flags, '--', 'echo reached it; sleep 1'], { cwd: bench.folder, ...size });
    await terminal.saw(`Enter passphrase for key '${locked}': `);
    terminal.type(`${canary}\r`);
    await terminal.saw(' | reached it');
    assert.deepEqual(processesThatTell(canary), []);
    assert.equal(await terminal.ended, 0);
    assert.equal(terminal.text().split('Enter passphrase').length - 1, 1);
    assert(!terminal.text().includes(canary), terminal.text());
  });

  it('end at Ctrl-C in a question as anywhere else', { skip: ptyReason() }, async () => {
    const terminal = startAtTerminal([...hosts.flags, '--ask-pass', '--', 'true'], { cwd: bench.folder, ...size });
    await terminal.saw('SSH password: ');
    terminal.type(ctrlC);
    assert.equal(await terminal.ended, 130);
  });

  it('take a password from a file, and show it nowhere', async () => {
    await using server = await startWordsServer(bench.folder, { methods: ['password'], password: canary });
    const file = join(bench.folder, 'password');
    writeFileSync(file, `${canary}\n`, { mode: 0o600 });
    const flags = [
      '-H',
      `joe@127.0.0.1:${server.port}`,
      '--known-hosts',
      server.knownHostsFile,
      '--password-file',
      file,
    ];
    const events = await funbric([...flags, '--json', '--', 'true']);
    assert.equal(events.status, 0, events.stderr);
    assert.equal(server.attempts.at(-1), `password ${canary}`);
    assert(!(events.stdout + events.stderr).includes(canary));
    writeFileSync(file, `${canary}-wrong\n`);
    const refused = await funbric([...flags, '--', 'true']);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /login as joe failed: refused the password/);
    assert(!(refused.stdout + refused.stderr).includes(canary));
  });

  it('lead a whole run over a jump host that hosts.json names', async () => {
    const { port, identityFile, knownHostsFile } = hosts.sshd;
    const file = join(bench.folder, 'hosts.json');
    const content = {
      defaults: { port, identityFile, knownHostsFile, jump: 'gate' },
      hosts: { '127.0.0.3': {}, '127.0.0.4': {}, gate: { address: '127.0.0.2' } },
    };
    writeFileSync(file, JSON.stringify(content));
    const logged = hosts.sshd.log().length;
    const words = ['--hosts-file', file, '-x', 'gate', '--reports', bench.reports];
    const ended = await funbric([...words, 'runtest', '--dir', bench.dir, '--workers', '1', '--ops', '20']);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const forwarded =
      hosts.sshd
        .log()
        .slice(logged)
        .match(/server_request_direct_tcpip/g) ?? [];
    assert(forwarded.length >= 2, `${forwarded.length} connections were forwarded`);
  });
});
