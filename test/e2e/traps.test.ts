/** Networks that go away in the middle of things: the host is lost, the error says why, and the others go on. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openBench, startFunbric, type Bench, type Started } from '../support/funbric.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

describe('a network that goes away', { skip: sshdReason() }, () => {
  let bench: Bench;
  let sshd: Sshd;
  before(async () => {
    bench = openBench();
    sshd = await startSshd({ addresses: ['127.0.0.2'] });
  });
  after(async () => {
    await sshd.close();
    bench[Symbol.dispose]();
  });

  /** One host that is reached directly, one by the proxy; the idle limit is 3 s, as the user's ssh would have it. */
  const start = (proxy: Proxy, words: readonly string[]): Started => {
    const known = join(bench.folder, 'known_hosts');
    copyFileSync(sshd.knownHostsFile, known);
    const bin = join(bench.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const config = join(bench.folder, 'ssh_config');
    writeFileSync(config, 'ServerAliveInterval 1\nServerAliveCountMax 2\n');
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, { mode: 0o755 });
    const hosts = `127.0.0.2:${sshd.port},127.0.0.1:${proxy.port}`;
    const way = ['-i', sshd.identityFile, '--known-hosts', known, '--accept-new', '--reports', bench.reports];
    const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
    return startFunbric(['-H', hosts, ...way, ...words], { env });
  };
  const through = async (): Promise<Proxy> => startProxy({ address: '127.0.0.2', port: sshd.port });
  const idleLimit = 'it was silent for 3 s, which is the idle limit (2 keepalives, 1 s apart)';

  const ways = [
    { way: 'freeze', what: 'silence', reason: idleLimit },
    // The kernel may tell of a reset as of an end, and the reset may come before the answer that the command was started.
    { way: 'reset', what: 'a reset', reason: 'the connection ' },
    { way: 'end', what: 'an end', reason: 'the host closed the connection' },
  ] as const;
  for (const { way, what, reason } of ways) {
    it(`during a command, by ${what}: the host is named with the reason, and the other's output is whole`, async () => {
      await using proxy = await through();
      const [begun, go] = ['begun', 'go'].map((name) => join(bench.folder, `${name}-${way}`));
      assert(begun !== undefined && go !== undefined);
      writeFileSync(begun, '');
      const line = `echo begun | tee -a '${begun}'; while [ ! -e '${go}' ]; do sleep 0.1; done; echo done`;
      const started = start(proxy, ['--', line]);
      await until('both hosts', () => readFileSync(begun, 'utf8') === 'begun\nbegun\n');
      proxy[way]();
      writeFileSync(go, '');
      const ended = await started.ended;
      assert.equal(ended.status, 2, ended.stdout + ended.stderr);
      assert.match(ended.stdout, /^127\.0\.0\.2:\d+ +\| done$/m);
      assert.doesNotMatch(ended.stdout, /^127\.0\.0\.1:\d+ +\| done$/m);
      assert(ended.stderr.includes(reason), ended.stderr);
      assert.match(ended.stderr, /127\.0\.0\.1/);
    });
  }

  it('during stress, by silence: the host is lost, the other completes, and the run is INCOMPLETE', async () => {
    await using proxy = await through();
    const words = ['runtest', '--dir', bench.dir, '--workers', '1', '--duration', '6s', '--rate', '300'];
    const started = start(proxy, words);
    await started.saw('hosts: stress');
    proxy.freeze();
    const ended = await started.ended;
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    const run = bench.run();
    assert.deepEqual(
      run.hosts.map(({ status }) => status),
      ['completed', 'lost'],
    );
    assert.equal(run.verdict, 'incomplete');
    assert(run.hosts[1]?.reason?.includes(idleLimit), run.hosts[1]?.reason);
    assert(existsSync(join(bench.reports, 'latest/report.html')));
  });
});
