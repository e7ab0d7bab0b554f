/** What the doctor says of hosts whose findings are made up: rules that only several machines, or rare mounts, would show. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Directory } from '../../src/controller/doctor/directory.ts';
import type { Examination, Examined } from '../../src/controller/doctor/examination.ts';
import { healthLines } from '../../src/controller/doctor/table.ts';
import { troublesOf } from '../../src/controller/doctor/troubles.ts';
import { consistencyOf, isNetworkMount, settleMsOf } from '../../src/model/consistency.ts';

const gib = 2 ** 30;

function examined(host: string, changes: Partial<Examination> = {}): Examined {
  const place = (name: string) => ({ name, state: 'usable', freeBytes: 50 * gib }) as const;
  const value: Examination = {
    isSsh: true,
    shell: { startMs: 5, noise: undefined },
    facts: {
      system: 'Linux 6.1 x86_64',
      user: 'root',
      shell: '/bin/bash',
      cpus: 4,
      memoryBytes: 8 * gib,
      load: 0.1,
      boot: `boot of ${host}`,
      fio: undefined,
      openFiles: { soft: 4096, hard: Infinity },
      processes: { soft: 4096, hard: 4096 },
      places: [place('home'), place('/var/tmp'), place('/tmp')],
      sshd: [],
    },
    node: { node: '/usr/bin/node', isUsable: true, change: undefined, isAgentCached: true },
    clock: { lowMs: -1, highMs: 1 },
    directory: undefined,
    ...changes,
  };
  return { host, kind: 'answered', loginMs: 40, value };
}

function directory(type: string, options: readonly string[] = ['rw'], changes: Partial<Directory> = {}): Directory {
  const mount = { path: '/mnt/t', type, source: 'server:/export', options: [...options] };
  return {
    state: 'usable',
    said: undefined,
    freeBytes: 50 * gib,
    freeInodes: 1e6,
    mount,
    isNetwork: isNetworkMount(mount),
    consistency: consistencyOf(mount),
    settleMs: settleMsOf(mount),
    ...changes,
  };
}

const onDir = { dir: '/mnt/t', isLocal: false };

describe('the troubles of hosts', () => {
  it('are none where all is well', () => {
    const hosts = [examined('a', { directory: directory('nfs4') }), examined('b', { directory: directory('nfs4') })];
    assert.deepEqual(troublesOf(hosts, onDir), []);
    const lines = healthLines({ hosts, troubles: [], isNewKeyAccepted: false, dir: '/mnt/t', verdict: 'pass' });
    assert.equal(lines.at(-1), 'nothing to change on 2 hosts');
    assert.ok(
      lines.some((line) => /^dir +a,b +\/mnt\/t usable: nfs4 .*: close-to-open, caches for 1 min 00 s$/.test(line)),
    );
    assert.ok(lines.some((line) => line.includes('open files 4096 (at most unlimited)')));
  });

  it('stop a run where the directory is on local disks of different machines, but with --local', () => {
    const hosts = [examined('a', { directory: directory('xfs') }), examined('b', { directory: directory('ext4') })];
    const [trouble] = troublesOf(hosts, onDir);
    assert.deepEqual([trouble?.hosts, trouble?.stops], [['a', 'b'], true]);
    assert.match(trouble?.what ?? '', /local file system .* of different machines: it is not shared/);
    assert.deepEqual(troublesOf(hosts, { ...onDir, isLocal: true }), []);
  });

  it('name mounts that differ in their options, and not by what is each client own address', () => {
    const of = (...options: string[]): Directory => directory('nfs4', ['rw', ...options]);
    const alike = [of('clientaddr=10.0.0.1'), of('clientaddr=10.0.0.2')];
    assert.deepEqual(
      troublesOf(
        alike.map((one, at) => examined(`h${at}`, { directory: one })),
        onDir,
      ),
      [],
    );
    const unlike = [of('actimeo=3'), of('noac')];
    const [trouble] = troublesOf(
      unlike.map((one, at) => examined(`h${at}`, { directory: one })),
      onDir,
    );
    assert.match(trouble?.what ?? '', /mounted in different ways/);
    assert.equal(trouble?.stops, false);
  });

  const stopping: Readonly<Record<string, readonly [change: Partial<Examination>, what: RegExp]>> = {
    'a directory that does not answer': [
      { directory: directory('nfs4', [], { state: 'silent', mount: undefined }) },
      /doesn't answer/,
    ],
    'a directory that is a file': [{ directory: directory('nfs4', [], { state: 'no directory' }) }, /is no directory/],
    'a full file system': [{ directory: directory('nfs4', [], { freeBytes: 0 }) }, /less than 1 GiB is free/],
    'no room for a journal': [
      {
        facts: {
          ...valueOf(examined('a')).facts,
          places: [
            { name: 'home', state: 'usable', freeBytes: gib },
            { name: '/var/tmp', state: 'not writable', freeBytes: 0 },
            { name: '/tmp', state: 'missing', freeBytes: undefined },
          ],
        },
      },
      /no room for a journal: \/var\/tmp \(not writable\), \/tmp \(missing\)/,
    ],
  };
  for (const [name, [change, what]] of Object.entries(stopping)) {
    it(`stop a run with ${name}`, () => {
      const [trouble, ...others] = troublesOf([examined('a', change)], onDir);
      assert.match(trouble?.what ?? '', what);
      assert.deepEqual([trouble?.stops, others], [true, []]);
      assert.ok((trouble?.change ?? '').length > 0);
    });
  }

  it('fold over the hosts that have the same, those that stop a run first', () => {
    const behind = { clock: { lowMs: -5000, highMs: -4990 } };
    const none = { node: { node: 'none', isUsable: false, change: 'install one', isAgentCached: false } };
    const troubles = troublesOf([examined('a', behind), examined('b', none), examined('c', behind)], onDir);
    assert.deepEqual(
      troubles.map(({ hosts, stops }) => [hosts, stops]),
      [
        [['b'], true],
        [['a', 'c'], false],
      ],
    );
    assert.match(troubles[1]?.what ?? '', /more than 1 s behind/);
  });
});

function valueOf(host: Examined): Examination {
  if (host.kind !== 'answered') throw new Error('it answered');
  return host.value;
}
