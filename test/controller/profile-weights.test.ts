import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageFiles } from '../../src/controller/package-files.ts';
import { filesWorkload } from '../../src/controller/profiles/profiles.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';

const folder = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const request = { dir: '/mnt/x', durationMs: 1_000, workers: 1 };
const old = {
  summary: 'From before there was anything newer',
  weights: { mkdir: 1, delete: 1, list: 1, touch: 1, stat: 1, read: 1, write: 1, rename: 1, truncate: 1 },
  chunkBytes: 512,
  fileBytes: 4_096,
  filesPerFolder: 4,
};

function profile(changes: Readonly<Record<string, unknown>>): FilesSpec {
  const path = join(folder, 'mine.json');
  writeFileSync(path, JSON.stringify({ ...old, ...changes }));
  return filesWorkload({ ...request, profile: path });
}

describe('a workload profile', () => {
  it('of ours draws every kind of change and some sequential access, as far as it suits the profile', () => {
    const names = readdirSync(packageFiles.profiles)
      .filter((file) => file.endsWith('.json'))
      .map((file) => basename(file, '.json'));
    assert.deepEqual(names.sort(), [
      'append',
      'boundary',
      'close-to-open',
      'durability',
      'locks',
      'metadata',
      'mixed',
      'race',
      'read-heavy',
      'shared',
      'write-heavy',
    ]);
    for (const name of names) {
      const { weights, access } = filesWorkload({ ...request, profile: name });
      for (const change of ['append', 'fsync', 'copy', 'renameOnto'] as const) {
        // A name that held a copy is left out of what close-to-open promises.
        const isUnwanted = name === 'close-to-open' && change === 'copy';
        assert.equal((weights[change] ?? 0) > 0, !isUnwanted, `${name}: ${change}`);
      }
      const total = Object.values(weights).reduce<number>((sum, weight = 0) => sum + weight, 0);
      assert.equal(total, 100, `${name}: weights in percent`);
      assert.ok((access?.sequential ?? 0) > 0 || ['metadata', 'race', 'locks', 'close-to-open'].includes(name));
    }
  });

  it('from before there were appends, syncs and copies stays as it is', () => {
    const { weights, access } = profile({});
    assert.deepEqual(weights, old.weights);
    assert.equal(access, undefined);
  });

  it('may draw nothing but what is new, and nothing is too little', () => {
    const none = Object.fromEntries(Object.keys(old.weights).map((name) => [name, 0]));
    assert.equal(profile({ weights: { ...none, append: 1 } }).weights.append, 1);
    assert.throws(() => profile({ weights: { ...none, append: 0 } }), /all weights are 0/);
    assert.throws(() => profile({ weights: { ...none, apend: 1 } }), /apend/);
  });

  it('says in percent how much is random and how much sequential', () => {
    assert.deepEqual(profile({ access: { random: 25, sequential: 75 } }).access, { random: 25, sequential: 75 });
    assert.throws(() => profile({ access: { random: 50, sequential: 60 } }), /must sum to 100/);
    assert.throws(() => profile({ access: { random: 150, sequential: -50 } }), /access/);
  });
});
