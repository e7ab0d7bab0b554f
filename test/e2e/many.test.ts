/** As many hosts as the largest fleets that we know of, all on this machine: what takes long is starting sixty agents. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench } from '../support/funbric.ts';

describe('sixty hosts', () => {
  let bench: Bench;
  before(() => {
    bench = openBench();
  });
  after(() => bench[Symbol.dispose]());

  it('stress one directory, meet, read all of it back, and each have their row', async () => {
    const fleet = ['-H', 'h[01-60]', '--transport', 'local', '--work-dir', bench.folder, '--reports', bench.reports];
    const words = ['runtest', '--dir', bench.dir, '--workers', '1', '--ops', '5'];
    // The setup of sixty agents on a busy machine is slow, not hung.
    const ended = await funbric([...fleet, '--hung', '10m', ...words], { env: { HOME: bench.folder } });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const { hosts, evidence, plan } = bench.run();
    assert.equal(plan.hosts.length, 60);
    assert.deepEqual([...new Set(hosts.map(({ status }) => status))], ['completed']);
    assert.equal(new Set(hosts.map(({ name }) => name)).size, 60);
    assert.equal(evidence.journals, 60);
    assert.match(ended.stdout, /completed\s+60 h\[01-60\]/);
  });
});
