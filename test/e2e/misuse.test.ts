/** Tasks that use the phases in an order that proves nothing: they fail with a reason, and never hang or blame the file system. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, root, type Bench } from '../support/funbric.ts';
import { localFleet, type LocalFleet } from '../support/local-hosts.ts';

describe('a task that misuses its workload', { skip: process.platform === 'win32' && 'hosts take a /bin/sh' }, () => {
  let bench: Bench;
  let fleet: LocalFleet;
  before(() => {
    bench = openBench();
    fleet = localFleet(bench);
  });
  after(() => bench[Symbol.dispose]());

  const cases = {
    again: {
      title: 'may not stress and verify a second time: what another host still writes would look corrupt',
      run: 'await host.stress(); await host.verify(); await host.stress(); await host.verify();',
      statuses: ['failed', 'failed', 'failed'],
      reason: /stress was called a second time/,
    },
    backwards: {
      title: 'may not verify before it stresses: what comes later would look lost',
      run: 'await host.verify(); await host.stress();',
      statuses: ['failed', 'failed', 'failed'],
      reason: /verify was called without stress/,
    },
    some: {
      title: 'that stresses on one host and verifies on all does not hang',
      run: 'if (host.index === 2) await host.stress(); await host.verify();',
      statuses: ['failed', 'failed', 'completed'],
      reason: /verify was called without stress/,
    },
    together: {
      title: 'may not start two phases at once, and keeps its agent',
      run: 'await Promise.all([host.stress(), host.verify()]);',
      statuses: ['failed', 'failed', 'failed'],
      reason: /verify was called before stress had ended/,
    },
  };
  for (const [name, { title, run, statuses, reason }] of Object.entries(cases)) {
    it(title, async () => {
      fleet.writeTask(name, `async run(host) { ${run} }`);
      const ended = await fleet.run(name);
      assert.equal(ended.status, 1, ended.stdout + ended.stderr);
      assert.deepEqual(bench.run().findings, []);
      assert.deepEqual(
        bench.run().hosts.map(({ status }) => status),
        statuses,
      );
      assert.match(bench.run().hosts[0]?.reason ?? '', reason);
      assert.deepEqual(readdirSync(bench.dir), []);
    });
  }

  it('is waited for where it forgot to wait', async () => {
    fleet.writeTask('forgets', 'async run(host) { await host.stress(); void host.verify(); }');
    const ended = await fleet.run('forgets');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  });

  it('ends its stress when another call of it fails, and keeps the journal', async () => {
    fleet.writeTask('races', "async run(host) { await Promise.all([host.stress(), host.run(['false'])]); }");
    const ended = await fleet.run('races');
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(bench.run().hosts[0]?.reason ?? '', /false ended with exit code 1/);
    assert.equal(bench.run().evidence.journals, 3);
  });

  it('whose timer throws ends the run with a report, and leaves nothing on the hosts', async () => {
    fleet.writeTask(
      'strays',
      "async run(host) { setTimeout(() => { throw new Error('stray'); }, 100); await host.stress(); await host.verify(); }",
    );
    const ended = await fleet.run('strays');
    assert.equal(ended.status, 70, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /stray/);
    assert.equal(bench.run().verdict, 'incomplete');
    assert.deepEqual(readdirSync(bench.dir), []);
  });

  it('may print without end: what is shown and kept of it is capped', async () => {
    fleet.writeTask('prints', `async setup(host) { await host.shell('yes ${'x'.repeat(70)} | head -c 8000000'); }`);
    const ended = await fleet.run('prints');
    assert.ok(ended.stdout.length < 16e6, String(ended.stdout.length));
    assert.ok(statSync(join(bench.reports, 'latest/events.ndjson')).size < 60e6);
    assert.match(ended.stdout, /the rest of its output isn't shown/);
  });

  it('that never returns is torn down and reported after Ctrl-C', async () => {
    fleet.writeTask('sticks', 'async run(host) { await host.stress(); await new Promise(() => {}); }');
    const started = fleet.start('sticks');
    await started.saw('stress');
    started.child.kill('SIGINT');
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.equal(bench.run().verdict, 'incomplete');
    assert.deepEqual(readdirSync(bench.dir), []);
  });
});

describe('Ctrl-C twice', { skip: process.platform === 'win32' && 'hosts take a /bin/sh' }, () => {
  it('lets go at once, says that it was interrupted, and still writes a report', async () => {
    using bench = openBench();
    const fleet = localFleet(bench);
    const started = fleet.start('runtest', '--dir', bench.dir, '--duration', '60s', '--workers', '1', '--rate', '300');
    await started.saw('hosts: stress');
    for (let presses = 0; presses < 2; presses++) {
      started.child.kill('SIGINT');
      await started.saw(presses === 0 ? 'interrupted:' : 'interrupted again:');
    }
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.equal(bench.run().verdict, 'incomplete');
    for (const { name, status, reason, isInterrupted } of bench.run().hosts) {
      assert.deepEqual([status, reason, isInterrupted], ['completed', 'interrupted during runtest', true], name);
    }
    assert.match(ended.stdout, /^interrupted +3 a,b,c.*\n +a,b,c: interrupted during runtest$/m);
    assert.doesNotMatch(ended.stdout, /^completed/m);
  });
});

describe('a place that can not be used', { skip: process.platform !== 'linux' && 'it takes /proc' }, () => {
  let bench: Bench;
  let fleet: LocalFleet;
  before(() => {
    bench = openBench();
    fleet = localFleet(bench, ['a']);
  });
  after(() => bench[Symbol.dispose]());
  const runtest = (dir: string, ...before: readonly string[]): ReturnType<LocalFleet['run']> =>
    fleet.run(...before, 'runtest', '--dir', dir, '--workers', '1', '--ops', '20');

  it('is refused at once as --dir, also where no folder can ever be made', async () => {
    const ended = await runtest('/proc');
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(bench.run().hosts[0]?.reason ?? '', /ENOENT.*\/proc/);
  });

  for (const folder of ['/proc/reports', '/dev/null', '/dev/null/reports']) {
    it(`is refused as --reports: ${folder}`, async () => {
      const ended = await runtest(bench.dir, '--reports', folder);
      assert.equal(ended.status, 65, ended.stdout + ended.stderr);
      assert.match(ended.stderr, /no run can be kept in/);
      assert.match(ended.stderr, /--reports/);
    });
  }

  it('is INCOMPLETE, and torn down, where the folder of the run is taken away', async () => {
    const ended = await runtest(bench.dir, '--before-verify', 'rm -rf "$FUNBRIC_RUN"');
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /can't be written/);
    assert.deepEqual(readdirSync(bench.dir), []);
  });

  it('is passed over for the agent: a folder in its place in the cache', async () => {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(root, 'dist/agent/agent.cjs')))
      .digest('hex');
    mkdirSync(join(bench.folder, 'home/.cache/funbric', sha256, 'agent.cjs'), { recursive: true });
    const words = ['--reports', bench.reports, 'runtest', '--dir', bench.dir, '--workers', '1', '--ops', '20'];
    const ended = await funbric(words, { cwd: bench.folder, env: { HOME: join(bench.folder, 'home') } });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  });

  it('is left as it was where not even the marker of the run has room', { skip: tmpfsReason() }, async () => {
    const full = join(bench.folder, 'full');
    mkdirSync(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', full]);
    try {
      writeFileSync(join(full, 'all'), Buffer.alloc(16384));
      const ended = await runtest(full);
      assert.equal(ended.status, 1, ended.stdout + ended.stderr);
      assert.match(bench.run().hosts[0]?.reason ?? '', /ENOSPC/);
      assert.deepEqual(readdirSync(full), ['all']);
    } finally {
      execFileSync('umount', [full]);
    }
  });

  it('ends a --before-verify that takes too long, says which limit that was, and calls the run INCOMPLETE', async () => {
    const ended = await runtest(bench.dir, '--before-verify', 'sleep 100', '--before-verify-timeout', '300ms');
    assert.equal(ended.status, 2, ended.stderr);
    assert.match(ended.stdout, /--before-verify took longer than 0\.3 s.*--before-verify-timeout/);
  });

  it('does not wait for what --before-verify leaves running in the background', async () => {
    const ended = await runtest(bench.dir, '--before-verify', 'sleep 100 & echo $!');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const { output } = JSON.parse(readFileSync(join(bench.reports, 'latest/results/before-verify.json'), 'utf8'));
    process.kill(Number(output), 'SIGKILL');
  });
});

function tmpfsReason(): string | false {
  return process.getuid?.() === 0 ? false : 'mounting takes root';
}
