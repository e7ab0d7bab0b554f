/** Tasks in batches, with limits and warnings: each batch goes through all of a task before the next begins. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';

describe('a task in batches', { skip: process.platform === 'win32' && 'hosts take a /bin/sh' }, () => {
  let bench: Bench;
  before(() => {
    bench = openBench();
    mkdirSync(join(bench.folder, 'tasks'));
  });
  after(() => bench[Symbol.dispose]());

  const run = async (name: string, body: string, words: readonly string[]): Promise<Ended> => {
    const text = `import { task } from 'funbric';\nexport default task({ summary: 'a test', ${body} });\n`;
    writeFileSync(join(bench.folder, 'tasks', `${name}.ts`), text);
    writeFileSync(join(bench.folder, 'log'), '');
    const all = ['--transport', 'local', '--reports', bench.reports, ...words, name];
    return await funbric(all, { cwd: bench.folder, env: { HOME: bench.folder } });
  };
  const log = (word: string): string => `await host.shell('echo ${word}' + host.name + ' >> ${bench.folder}/log');`;
  const steps = (): string =>
    `async setup(host) { ${log('setup-')} }, async run(host) { ${log('run-')} }, async teardown(host) { ${log('down-')} }`;

  it('is torn down on a batch before the next is set up', async () => {
    const ended = await run('walks', steps(), ['-H', 'n[1-3]', '--batch', '1,2']);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const lines = readFileSync(join(bench.folder, 'log'), 'utf8').trim().split('\n');
    assert.deepEqual(lines.slice(0, 3), ['setup-n1', 'run-n1', 'down-n1']);
    assert.deepEqual(
      lines.slice(3).map((line) => line.split('-')[0]),
      ['setup', 'setup', 'run', 'run', 'down', 'down'],
    );
    assert.match(ended.stdout, /batch 2 of 2: n\[2-3\]/);
    assert.deepEqual(bench.run().plan.rolling, { batches: [1, 2] });
  });

  it('that fails on the first goes no further: the others are not begun, and each has its result', async () => {
    const ended = await run('breaks', `async run(host) { ${log('')} throw new Error('broken'); }`, [
      '-H',
      'n[1-4]',
      '--batch',
      '1',
    ]);
    assert.equal(ended.status, 1);
    assert.equal(readFileSync(join(bench.folder, 'log'), 'utf8'), 'n1\n');
    assert.deepEqual(
      bench.run().hosts.map(({ status }) => status),
      ['failed', 'unreachable', 'unreachable', 'unreachable'],
    );
    assert.match(ended.stdout, /n\[2-4\]: not begun: the host of batch 1 failed/);
  });

  it('begins on no host where more are unreachable than --max-fail allows', async () => {
    writeFileSync(
      join(bench.folder, 'hosts.json'),
      JSON.stringify({
        hosts: { gone: { address: '127.0.0.1', port: 1, transport: 'ssh' }, here: { transport: 'local' } },
      }),
    );
    writeFileSync(join(bench.folder, 'log'), '');
    writeFileSync(
      join(bench.folder, 'tasks/never.ts'),
      `import { task } from 'funbric';\nexport default task({ summary: 'a test', async run(host) { ${log('')} } });\n`,
    );
    const words = ['--reports', bench.reports, '--max-fail', '0', 'never'];
    const ended = await funbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.equal(readFileSync(join(bench.folder, 'log'), 'utf8'), '');
    assert.match(ended.stdout, /here: (never was )?not begun: --max-fail allows 0, and 1 failed/);
  });

  it('warns of a command that fails with -w, and goes on; a check that the task asks for still fails it', async () => {
    const body = "async run(host) { await host.shell('exit 3'); host.log('went on'); }";
    const warned = await run('warns', body, ['-H', 'n1', '-w']);
    assert.deepEqual([warned.status, warned.stdout.includes('went on')], [0, true], warned.stdout);
    assert.match(warned.stdout, /n1 \| warning: exit 3 ended with exit code 3/);
    const strict = await run('strict', body.replace("'exit 3'", "'exit 3', { check: true }"), ['-H', 'n1', '-w']);
    assert.equal(strict.status, 1);
  });

  it('whose command says nothing for too long fails with the name of the idle limit', async () => {
    const ended = await run('idles', "async run(host) { await host.shell('sleep 60'); }", [
      '-H',
      'n1',
      '--idle-timeout',
      '300ms',
    ]);
    assert.equal(ended.status, 1);
    assert.match(ended.stdout, /said nothing for 0\.3 s, its idle limit \(--idle-timeout\)/);
  });

  it('that takes longer than --run-timeout ends as by Ctrl-C: torn down, reported, INCOMPLETE', async () => {
    const body = `async run(host) { await host.shell('sleep 60'); }, async teardown(host) { ${log('down-')} }`;
    const ended = await run('lasts', body, ['-H', 'n1', '--run-timeout', '10s']);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.equal(readFileSync(join(bench.folder, 'log'), 'utf8'), 'down-n1\n');
    assert.match(ended.stdout, /the run took longer than 10 s, its limit \(--run-timeout\): tearing down/);
    assert.match(JSON.stringify(bench.run().reasons), /lasts: the run took longer than 10 s/);
    assert.equal(bench.run().verdict, 'incomplete');
  });

  it('is never one with a workload: half of the hosts would prove nothing', async () => {
    const words = ['-H', 'n[1-2]', '--transport', 'local', '--batch', '1', 'runtest', '--dir', bench.dir];
    const ended = await funbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
    assert.equal(ended.status, 64);
    assert.match(
      ended.stderr,
      /runtest runs its workload on all hosts at once, so --batch and --max-fail can't be used/,
    );
  });
});
