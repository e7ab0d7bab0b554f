/** Result files of tools that a task brings from its hosts, in the run's one verdict. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';
import { funkloadOf } from '../support/tool-results.ts';

const taskText = `import { task } from 'funbric';
export default task({
  summary: 'Collects what a tool left',
  async run(host) {
    const isThere = await host.cd('~/out').collect('result.xml');
    host.log(isThere ? 'it is here' : 'it is not here');
  },
});
`;

describe('result files that a task collects', { skip: sshdReason(), timeout: 240_000 }, () => {
  const isSkipped = sshdReason() !== false;
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    if (isSkipped) return;
    bench = openBench();
    hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2', '127.0.0.3'] });
    mkdirSync(join(bench.folder, 'tasks'));
    writeFileSync(join(bench.folder, 'tasks/fetch.ts'), taskText);
    for (const home of hosts.homes) mkdirSync(join(home, 'out'));
  });
  after(async () => {
    if (isSkipped) return;
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const run = async (...words: readonly string[]): Promise<Ended> =>
    funbric([...hosts.flags, '--reports', bench.reports, '--progress', 'plain', ...words], { cwd: bench.folder });
  /** Hosts that did all that was asked of them, and didn't bring all. */
  const isIncomplete = (): readonly boolean[] =>
    bench.run().hosts.map(({ status, gaps }) => status === 'completed' && gaps.length > 0);
  const put = (host: number, text: string): void =>
    writeFileSync(join(hosts.homes[host] ?? '', 'out/result.xml'), text);

  it('are merged with the run, and again from its folder alone', async () => {
    put(0, funkloadOf({ node: 'a' }));
    put(1, funkloadOf({ node: 'b', start: 1 }));
    const ended = await run('fetch');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const { hosts: rows, operations, receipt } = bench.run();
    assert.deepEqual(
      rows.map(({ operations: count }) => count),
      [3, 3],
    );
    assert.deepEqual(
      operations.map(({ kind, count }) => [kind, count]),
      [
        ['page', 6],
        ['request', 6],
      ],
    );
    assert.deepEqual(
      receipt?.inputs.map(({ name, file }) => [name, file]),
      [
        ['result.xml', 'collected/0000/0'],
        ['result.xml', 'collected/0001/0'],
      ],
    );
    const latest = join(bench.reports, 'latest');
    assert.deepEqual(readdirSync(join(latest, 'collected')), ['0000', '0001']);
    const first = readFileSync(join(latest, 'run.json'), 'utf8');
    assert.equal((await run('merge')).status, 0);
    assert.equal(readFileSync(join(latest, 'run.json'), 'utf8'), first);
  });

  it('make the run INCOMPLETE where one is not there, and where two hosts share one', async () => {
    // Anew for each run: a result that is older than a minute is of an earlier one.
    const putFirst = (): void => put(0, funkloadOf({ node: 'a' }));
    putFirst();
    put(1, funkloadOf({ node: 'a' }));
    const shared = await run('fetch');
    assert.equal(shared.status, 2, shared.stdout + shared.stderr);
    assert.match(shared.stdout, /\(collected\/0001\/0\) is the same result as result\.xml \(collected\/0000\/0\)/);
    putFirst();
    put(1, 'no result\n');
    const strange = await run('fetch');
    assert.equal(strange.status, 2, strange.stdout + strange.stderr);
    assert.match(strange.stdout, /result\.xml \(collected\/0001\/0\): no result of a tool that funbric knows/);
    putFirst();
    rmSync(join(hosts.homes[1] ?? '', 'out/result.xml'));
    const missing = await run('fetch');
    assert.equal(missing.status, 2, missing.stdout + missing.stderr);
    assert.match(missing.stdout, /it is not here/);
    assert.deepEqual(isIncomplete(), [false, true]);
  });

  it('are not those of an earlier run, where the tool of this one wrote none', async () => {
    put(0, funkloadOf({ node: 'a' }));
    put(1, funkloadOf({ node: 'b', start: 1 }));
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(join(hosts.homes[1] ?? '', 'out/result.xml'), anHourAgo, anHourAgo);
    const stale = await run('fetch');
    assert.equal(stale.status, 2, stale.stdout + stale.stderr);
    assert.match(
      stale.stdout,
      /result\.xml was not collected: it is of an earlier run: it was last written \d+ s before/,
    );
    assert.deepEqual(isIncomplete(), [false, true]);
  });
});
