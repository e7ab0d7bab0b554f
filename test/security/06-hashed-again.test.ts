/** Promise 6: the agent is hashed again right before it runs, so that nothing runs that came in between. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startFleet, type FleetRun, type TestFleet } from '../../src/testing/index.ts';
import { root } from '../support/funbric.ts';

const evil = `\nrequire('fs').writeFileSync(process.env.HOME + '/evil-ran', '');\n`;
const sha256 = createHash('sha256')
  .update(readFileSync(join(root, 'dist/agent/agent.cjs')))
  .digest('hex');

/** Moves, then changes what it moved: as someone who was waiting for the file would. */
const mv = `/bin/mv "$@"
for last in "$@"; do :; done
case $last in */agent.cjs) printf '%s' "${evil.replaceAll('\n', ' ')}" >>"$last" ;; esac`;

describe('promise 6: the agent', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let ended: FleetRun;
  before(async () => {
    fleet = await startFleet({ hosts: [{ name: 'sound' }, { name: 'swapped', programs: { mv } }, { name: 'stale' }] });
    const folder = join(homeOf('stale'), '.cache/funbric', sha256);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'agent.cjs'), readFileSync(join(root, 'dist/agent/agent.cjs'), 'utf8') + evil);
    ended = await fleet.run(['runtest', '--dir', fleet.shared, '--workers', '1', '--ops', '10']);
  });
  after(async () => fleet.close());
  const homeOf = (name: string): string => fleet.hosts.find((host) => host.name === name)?.home ?? '';

  it('is not run where it was changed between its upload and its start, and the host is named', async () => {
    const { hosts } = await fleet.latestRun();
    const row = hosts.find(({ name }) => name === 'swapped');
    assert.notEqual(row?.status, 'completed', ended.stdout);
    assert.match(row?.reason ?? '', /differs|sha256/);
    assert.equal(existsSync(join(homeOf('swapped'), 'evil-ran')), false);
  });

  it('is uploaded anew where the one in the cache was changed', async () => {
    const { hosts } = await fleet.latestRun();
    assert.deepEqual(
      hosts.filter(({ name }) => name !== 'swapped').map(({ status }) => status),
      ['completed', 'completed'],
    );
    assert.equal(existsSync(join(homeOf('stale'), 'evil-ran')), false);
    const agent = readFileSync(join(homeOf('stale'), '.cache/funbric', sha256, 'agent.cjs'));
    assert.equal(createHash('sha256').update(agent).digest('hex'), sha256);
  });
});
