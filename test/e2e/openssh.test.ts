/** Runs and commands over --transport openssh: the same as over funbric's own SSH, and nothing is left behind after Ctrl-C. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, main, openBench, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { sshTo } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const skip = sshdReason() || (existsSync('/usr/bin/ssh') ? false : 'no ssh here (Debian: openssh-client)');

describe('--transport openssh', { skip }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const over = (transport: string): string[] => [...hosts.flags, '--transport', transport, '--reports', bench.reports];

  it('makes the same run as funbric has over its own SSH', async () => {
    const words = ['--seed', '1', 'runtest', '--dir', bench.dir, '--ops', '200', '--workers', '2'];
    for (const transport of ['ssh', 'openssh']) {
      const ended = await funbric([...over(transport), ...words]);
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      const run = bench.run();
      assert.deepEqual([run.verdict, run.findings], ['pass', []]);
      assert.deepEqual(
        run.hosts.map(({ name, status }) => [name, status]),
        hosts.names.map((name) => [name, 'completed']),
      );
      assert.ok(run.evidence.records > 1000 && run.evidence.chunksVerified > 100);
      assert.deepEqual(readdirSync(bench.dir), [], 'nothing is left on the file system under test');
    }
  });

  it('shows and ends commands as funbric does over its own SSH', async () => {
    for (const command of [
      'echo out; echo err >&2',
      'exit 255',
      'kill -TERM $$',
      'head -c 300000 /dev/zero | base64 -w 100',
      'cat; echo "${HOME##*/}"',
    ]) {
      const [ours, theirs] = await Promise.all(
        ['ssh', 'openssh'].map(async (transport) => funbric([...over(transport), '--', command])),
      );
      const lines = (text = ''): string[] => text.split('\n').sort();
      assert.deepEqual(lines(theirs?.stdout), lines(ours?.stdout));
      assert.deepEqual([theirs?.status, lines(theirs?.stderr)], [ours?.status, lines(ours?.stderr)]);
    }
  });

  it('tears down after a Ctrl-C in the terminal, which all of its processes hear, and leaves no ssh', async () => {
    const tasks = join(bench.folder, 'tasks');
    mkdirSync(tasks, { recursive: true });
    writeFileSync(
      join(tasks, 'waits.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'a test',
         async run(host) { await host.run(['sh', '-c', 'touch ${bench.folder}/began; sleep 60']); },
         async teardown(host) { await host.run(['touch', \`${bench.folder}/torn-\${host.name}\`]); },
       });`,
    );
    const child = spawn(process.execPath, [main, ...over('openssh'), 'waits'], {
      cwd: bench.folder,
      stdio: 'ignore',
      detached: true,
    });
    const ended = once(child, 'exit');
    await until('the command', () => existsSync(join(bench.folder, 'began')));
    assert.equal(sshTo(hosts.sshd.port).length, 3);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    assert.deepEqual(await ended, [130, null]);
    for (const name of hosts.names) assert.ok(existsSync(join(bench.folder, `torn-${name}`)), name);
    await until('the end of ssh', () => sshTo(hosts.sshd.port).length === 0);
  });
});
