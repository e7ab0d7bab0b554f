/** Tasks of a user, commands and barriers, on real SSH hosts. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { isRunning } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

describe('tasks on three real hosts', { skip: sshdReason() }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder);
    mkdirSync(join(bench.folder, 'tasks'));
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const write = (name: string, body: string): void =>
    writeFileSync(
      join(bench.folder, 'tasks', `${name}.ts`),
      `import { task } from 'funbric';\nexport default task({ summary: 'a test', ${body} });\n`,
    );
  const run = (...args: string[]): ReturnType<typeof funbric> =>
    funbric([...hosts.flags, '--reports', bench.reports, ...args], { cwd: bench.folder });
  const log = (): string => readFileSync(join(bench.folder, 'log'), 'utf8');

  it('runs several tasks one after the other, with a barrier between them', async () => {
    for (const name of ['first', 'second']) {
      write(
        name,
        `async run(host) { await host.shell('sleep 0.' + host.index + '; echo ${name} >> ${bench.folder}/log'); }`,
      );
    }
    writeFileSync(join(bench.folder, 'log'), '');
    const ended = await run('first', 'second');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual(log().trim().split('\n'), ['first', 'first', 'first', 'second', 'second', 'second']);
    assert.equal(bench.run().verdict, 'pass');
  });

  it('quotes every word of a command, and brings files there and back', async () => {
    const nasty = `a'b"c $(touch ${bench.folder}/pwned) \\ *\n;`;
    writeFileSync(join(bench.folder, 'up'), Buffer.from([0, 255, 10, 13, 39]));
    write(
      'words',
      `async run(host) {
        const { stdout } = await host.run(['printf', '%s', ${JSON.stringify(nasty)}]);
        if (stdout !== ${JSON.stringify(nasty)}) throw new Error('arrived changed: ' + JSON.stringify(stdout));
        const remote = host.variables.nothing ?? '${bench.folder}/remote-' + host.index;
        await host.put('${bench.folder}/up', remote);
        await host.get(remote, '${bench.folder}/down-' + host.index);
      }`,
    );
    const ended = await run('words');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.equal(existsSync(join(bench.folder, 'pwned')), false);
    for (const index of [0, 1, 2]) {
      assert.deepEqual(readFileSync(join(bench.folder, `down-${index}`)), readFileSync(join(bench.folder, 'up')));
    }
  });

  it('tears down every host whose setup began, also after a failure, and fails the run', async () => {
    writeFileSync(join(bench.folder, 'log'), '');
    write(
      'breaks',
      `async setup(host) { if (host.index === 1) await host.run(['false']); },
       async run(host) { await host.shell('echo ran >> ${bench.folder}/log'); },
       async teardown(host) { await host.shell('echo torn >> ${bench.folder}/log'); }`,
    );
    const ended = await run('breaks');
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.deepEqual(log().trim().split('\n').sort(), ['ran', 'ran', 'torn', 'torn', 'torn']);
    assert.deepEqual(
      bench.run().hosts.map(({ status }) => status),
      ['completed', 'failed', 'completed'],
    );
    assert.match(bench.run().hosts[1]?.reason ?? '', /false ended with exit code 1/);
  });

  it('tears down after Ctrl-C, and leaves no command running', async () => {
    writeFileSync(join(bench.folder, 'log'), '');
    write(
      'sleeps',
      `async setup(host) { await host.shell('echo up >> ${bench.folder}/log'); },
       async run(host) { await host.shell('echo $$ >> ${bench.folder}/log; exec sleep 300'); },
       async teardown(host) { await host.shell('echo torn >> ${bench.folder}/log'); }`,
    );
    const started = startFunbric([...hosts.flags, '--reports', bench.reports, 'sleeps'], { cwd: bench.folder });
    const pids = (): number[] =>
      log()
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
    await until('a command on each host', () => pids().length === 3);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.equal(log().split('torn').length, 4);
    await until('the end of the commands', () => !pids().some(isRunning));
  });

  it('prints what a command says as `host | line`, and ends with its worst outcome', async () => {
    const ended = await run('--', 'echo', 'hello $HOME');
    assert.equal(ended.status, 0, ended.stderr);
    assert.deepEqual(
      ended.stdout.trim().split('\n').sort(),
      hosts.names.map((name) => `${name} | hello $HOME`),
    );
    assert.equal((await run('--', 'false')).status, 1);
    assert.equal((await funbric(['-H', '127.0.0.9:1', '-i', hosts.sshd.identityFile, '--', 'true'])).status, 2);
  });

  it('says what to do when there are no hosts, and lists, plans and refuses without connecting', async () => {
    const runsBefore = readdirSync(bench.reports);
    const none = await funbric(['runtest', '--dir', '/tmp'], { cwd: bench.folder });
    assert.equal(none.status, 64);
    for (const word of ['-H', 'hosts.json', 'funbric demo']) assert.ok(none.stderr.includes(word), none.stderr);
    const planned = await funbric(
      ['-H', 'nowhere[1-3].invalid', '--reports', bench.reports, '--dry-run', 'runtest', '--dir', '/mnt/x'],
      { cwd: bench.folder },
    );
    assert.equal(planned.status, 0, planned.stderr);
    assert.match(planned.stdout, /nowhere2\.invalid/);
    const listed = await funbric(['--list'], { cwd: bench.folder });
    assert.match(listed.stdout, /runtest/);
    assert.match(listed.stdout, /breaks/);
    assert.match((await funbric(['-H', 'a,b', '--list-hosts'])).stdout, /^a +a .*\nb +b /m);
    const mistaken = await funbric(['-H', 'a', 'runtset', '--dir', '/x'], { cwd: bench.folder });
    assert.equal(mistaken.status, 64);
    assert.match(mistaken.stderr, /runtest/);
    assert.deepEqual(readdirSync(bench.reports), runsBefore, 'none of them made a run');
  });
});
