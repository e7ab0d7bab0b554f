/** The folder of a run is made and removed by several hosts at the same time, and nothing else is ever touched. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import {
  makeRunDirectory,
  removeRunDirectory,
  runPathOf,
  seeTokens,
  sweepRunDirectory,
  type RunDirectory,
} from '../../src/workloads/run-directory.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;

describe('the folder of a run', () => {
  const root = mkdtempSync(join(tmpdir(), 'funbric-run-'));
  let dir = '';
  let hosts: readonly RunDirectory[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(root, 'dir-'));
    hosts = [0, 1, 2].map((host) => ({ dir, run: 'r1', host, hosts: 3, workers: 2 }));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const path = (): string => runPathOf({ dir, run: 'r1' });
  const makeAll = (): Promise<unknown> => Promise.all(hosts.map((host) => makeRunDirectory(host, signal)));

  it('is made by all hosts at once, and each sees the others', async () => {
    await makeAll();
    assert.deepEqual(
      await Promise.all(hosts.map((host) => seeTokens(host, signal))),
      [0, 1, 2].map(() => [0, 1, 2]),
    );
    assert.deepEqual(readdirSync(dir), ['funbric-r1']);
  });

  it('is waited for by who came too late with its own out of the way, by which an NFS client looks again', async () => {
    const [first = assert.fail()] = hosts;
    const theirs = join(path(), 'theirs');
    mkdirSync(theirs, { recursive: true });
    const seen: unknown[] = [];
    const watcher = watch(dir, (_event, name) => seen.push(name));
    const made = makeRunDirectory(first, signal);
    // Made and removed.
    await until('its own to be gone', () => seen.filter((name) => name === 'funbric-r1.new-0').length === 2);
    watcher.close();
    assert.deepEqual(readdirSync(path()), ['theirs']);
    writeFileSync(join(path(), '.funbric-run'), 'r1\n');
    await made;
    assert.ok(existsSync(join(path(), 'own')));
  });

  it('is removed by all hosts at once, time and again, without a failure', async () => {
    for (let round = 0; round < 30; round++) {
      await makeAll();
      await Promise.all(hosts.map(removeRunDirectory));
      await sweepRunDirectory(hosts[0] ?? assert.fail());
      assert.deepEqual(readdirSync(dir), []);
    }
  });

  it('is removed once it holds still, and else keeps its marker, so that it can be removed later', async () => {
    const [first = assert.fail()] = hosts;
    await makeAll();
    let isWriting = true;
    const write = (): void => {
      if (existsSync(path())) writeFileSync(join(path(), 'stray'), '');
      if (isWriting) setImmediate(write);
    };
    write();
    await assert.rejects(sweepRunDirectory(first), /changes all the time/);
    isWriting = false;
    assert.equal(readFileSync(join(path(), '.funbric-run'), 'utf8'), 'r1\n');
    await sweepRunDirectory(first);
    assert.deepEqual(readdirSync(dir), []);
  });

  it('keeps the trees of the other hosts until it is swept', async () => {
    await makeAll();
    const [first = assert.fail()] = hosts;
    await removeRunDirectory(first);
    assert.deepEqual(readdirSync(join(path(), 'own')), ['0002', '0003', '0004', '0005']);
    await sweepRunDirectory(first);
    assert.deepEqual(readdirSync(dir), []);
  });

  it('is left alone where the marker is missing or of another run', async () => {
    await makeAll();
    for (const marker of [undefined, 'another run\n']) {
      rmSync(join(path(), '.funbric-run'), { force: true });
      if (marker !== undefined) writeFileSync(join(path(), '.funbric-run'), marker);
      for (const remove of [removeRunDirectory, sweepRunDirectory]) {
        await assert.rejects(remove(hosts[0] ?? assert.fail()), /lacks our marker/);
      }
      assert.equal(readdirSync(join(path(), 'own')).length, 6);
    }
  });

  it('is not followed where it is a link', async () => {
    const treasure = join(dir, 'treasure');
    mkdirSync(treasure);
    writeFileSync(join(treasure, '.funbric-run'), 'r1\n');
    symlinkSync(treasure, path());
    await assert.rejects(sweepRunDirectory(hosts[0] ?? assert.fail()), /lacks our marker/);
    assert.deepEqual(readdirSync(treasure), ['.funbric-run']);
  });
});
