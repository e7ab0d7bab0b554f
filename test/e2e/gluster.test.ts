/** A real shared file system, whole and in trouble: GlusterFS over three hosts with networks of their own (test/support/gluster.ts). */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBench, startFunbric, type Bench, type Started } from '../support/funbric.ts';
import { glusterReason, startGluster, type Gluster } from '../support/gluster.ts';

describe('runtest on GlusterFS', { skip: glusterReason() }, () => {
  let bench: Bench;
  let gluster: Gluster | undefined;
  let profile: string;
  before(async () => {
    bench = openBench();
    gluster = await startGluster(bench.folder);
    profile = writeProfile(bench.folder);
  });
  after(async () => {
    await gluster?.[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const rig = (): Gluster => {
    assert.ok(gluster !== undefined);
    return gluster;
  };
  const start = (duration: string, env = {}): Started => {
    const { flags, within, directory } = rig();
    const workload = ['--dir', directory, '--profile', profile, '--workers', '2', '--duration', duration];
    return startFunbric([...flags, '-t', '10s', '--reports', bench.reports, '--seed', '1', 'runtest', ...workload], {
      env,
      within,
    });
  };
  const statuses = (): readonly string[] => bench.run().hosts.map(({ status }) => status);
  const proven = (): readonly string[] =>
    bench.run().findings.flatMap(({ code, grade, file }) => (grade === 'proven' ? [`${code} ${file}`] : []));
  const assertPassed = async ({ ended }: Started): Promise<void> => {
    const { status, stdout, stderr } = await ended;
    assert.deepEqual(proven(), []);
    assert.deepEqual(statuses(), ['completed', 'completed', 'completed']);
    assert.equal(status, 0, stdout + stderr);
    assert.ok(bench.run().evidence.chunksVerified > 0);
  };

  it('passes in all arenas at once, judged as close-to-open', async () => {
    await assertPassed(start('6s'));
    for (const { facts, operations } of bench.run().hosts) {
      assert.equal(facts?.target?.type, 'fuse.glusterfs');
      assert.ok(operations > 0);
    }
    assert.match(readFileSync(join(bench.reports, 'latest/report.html'), 'utf8'), /close-to-open/);
  });

  it('passes where a host is cut off for a moment', async () => {
    const started = start('8s');
    await started.saw('hosts: stress');
    await rig().cut(2);
    await sleep(2_500);
    await rig().join(2);
    await assertPassed(started);
  });

  it('passes where a brick is killed in the middle of the stress', async () => {
    const started = start('8s');
    await started.saw('hosts: stress');
    rig().killBrick(2);
    await assertPassed(started);
    // It may lack what the others have still when its host is cut off next: they go on without it then.
    await rig().startBricks();
  });

  it('is INCOMPLETE where a host stays cut off, and takes nothing for lost that the others have', async () => {
    const started = start('14s', impatientSsh(bench.folder));
    await started.saw('hosts: stress');
    await rig().cut(2);
    const { status, stdout, stderr } = await started.ended;
    assert.deepEqual(proven(), []);
    assert.deepEqual(statuses(), ['completed', 'completed', 'lost']);
    assert.equal(bench.run().verdict, 'incomplete');
    assert.equal(status, 2, stdout + stderr);
    const lost = bench.run().findings.filter(({ code }) => code === 'H03');
    assert.deepEqual(
      lost.map(({ grade, host }) => [grade, host]),
      [['indeterminate', rig().names[2]]],
    );
  });
});

/** All arenas, with files small enough that readers and writers meet within seconds. */
function writeProfile(folder: string): string {
  const path = join(folder, 'all.json');
  const weights = { mkdir: 1, delete: 6, list: 4, touch: 6, stat: 11, read: 36, write: 18, rename: 3, truncate: 4 };
  const profile = {
    summary: 'a test',
    arenas: { own: 40, race: 15, append: 15, shared: 15, locks: 15 },
    weights: { ...weights, append: 5, fsync: 1, fdatasync: 1, copy: 2, renameOnto: 2 },
    chunkBytes: 4096,
    fileBytes: 65_536,
    filesPerFolder: 16,
  };
  writeFileSync(path, JSON.stringify(profile));
  return path;
}

/** A connection is lost after 9 s of silence instead of 40, as the user's ssh would have it. */
function impatientSsh(folder: string): Readonly<Record<string, string>> {
  const config = join(folder, 'ssh_config');
  writeFileSync(config, 'ServerAliveInterval 1\nServerAliveCountMax 8\n');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, { mode: 0o755 });
  return { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}
