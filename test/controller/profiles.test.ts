import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { filesWorkload, type FilesRequest } from '../../src/controller/profiles/profiles.ts';
import { FunbricError } from '../../src/model/errors.ts';
import { main } from '../support/funbric.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const shares = {
  mkdir: 5,
  list: 5,
  delete: 5,
  touch: 15,
  stat: 10,
  read: 20,
  write: 20,
  rename: 5,
  rename_exist: 3,
  move: 2,
  truncate: 10,
};
const theirs = { io_types: { random: 70, sequential: 30 }, file_ops: shares };
const ours = {
  summary: 'x',
  weights: { ...without(shares, 'rename_exist', 'move') },
  chunkBytes: 512,
  fileBytes: 4096,
};

describe('a workload file of pyFstress', () => {
  it('is a profile as it is: its shares are weights, its i/o types the access', () => {
    const spec = workload({ profile: profileOf(theirs) });
    assert.deepEqual(spec.access, { random: 70, sequential: 30 });
    assert.deepEqual(spec.weights, { ...without(shares, 'rename_exist', 'move'), renameOnto: 5 });
  });

  it('may leave out what has no share', () => {
    const spec = workload({
      profile: profileOf({ io_types: { sequential: 100 }, file_ops: { touch: 50, write: 50 } }),
    });
    assert.deepEqual(spec.access, { random: 0, sequential: 100 });
    assert.equal(spec.weights.read, 0);
    assert.equal(spec.weights.write, 50);
  });

  const mistakes: readonly (readonly [content: unknown, said: RegExp, hint: RegExp])[] = [
    [{ ...theirs, file_ops: { ...shares, read: 21 } }, /file_ops: must sum to 100, not 101/, /./],
    [{ ...theirs, io_types: { random: 50 } }, /io_types: must sum to 100, not 50/, /./],
    [{ ...theirs, file_ops: { ...without(shares, 'truncate'), truncat: 10 } }, /"truncat"/, /did you mean truncate\?/],
    [{ ...theirs, file_ops: { ...shares, read: '20' } }, /file_ops\.read: must be a number, found "20"/, /./],
    [{ ...theirs, file_ops: { ...shares, read: -1, write: 41 } }, /file_ops\.read: must not be negative/, /./],
    [{ file_ops: shares }, /io_types: .*found nothing/, /./],
  ];
  for (const [content, said, hint] of mistakes) {
    it(`with a mistake is refused with file, key and what was found: ${String(said)}`, () => {
      const error = refusal({ profile: profileOf(content) });
      assert.match(error.message, /profile\.json: /);
      assert.match(error.message, said);
      assert.match(error.hint ?? '', hint);
    });
  }
});

describe('a profile of our own', () => {
  it('gives way to sizes that the request gives', () => {
    const profile = profileOf({ ...ours, filesPerFolder: 2 });
    assert.deepEqual(sizes(workload({ profile })), [4096, 512]);
    assert.deepEqual(sizes(workload({ profile, fileBytes: 1 << 20, chunkBytes: 1 << 16 })), [1 << 20, 1 << 16]);
    assert.deepEqual(sizes(workload({ profile, fileBytes: undefined, chunkBytes: 1024 })), [4096, 1024]);
  });

  it('and a size that does not fit are told apart, and both named', () => {
    const profile = profileOf({ ...ours, filesPerFolder: 2 });
    const error = refusal({ profile, fileBytes: 10_000 });
    assert.match(error.message, /--file-size: .*found 10000/);
    assert.match(error.hint ?? '', /10000 bytes must be whole chunks of 512/);
    assert.match(refusal({ profile, chunkBytes: 65_536 }).hint ?? '', /4096 bytes must be whole chunks of 65536/);
    assert.match(refusal({ profile: profileOf({ ...ours, filesPerFolder: 0 }) }).message, /^profile .*filesPerFolder/);
  });

  it('with access that does not sum to 100 is refused by name', () => {
    const profile = profileOf({ ...ours, filesPerFolder: 2, access: { random: 50, sequential: 40 } });
    assert.match(refusal({ profile }).message, /profile\.json: access: must sum to 100/);
  });
});

describe('the file of a profile', () => {
  it(
    'is refused at once where it is a pipe, which might never have a writer',
    { skip: process.platform === 'win32' },
    () => {
      const profile = join(folder, 'pipe.json');
      execFileSync('mkfifo', [profile]);
      // A process of its own: opening such a pipe can't be taken back.
      const { stderr } = spawnSync(
        process.execPath,
        [main, '-H', 'a', 'runtest', '--dir', '/x', '--dry-run', '--profile', profile],
        {
          encoding: 'utf8',
          timeout: 300_000,
          killSignal: 'SIGKILL',
        },
      );
      assert.match(stderr, /pipe\.json: can't be read: it is a pipe/);
    },
  );
});

describe('a workload', () => {
  it('lasts three weeks at most', () => {
    assert.match(refusal({ durationMs: 1e12 }).message, /--duration: .*found 1000000000000/);
  });
});

function without(all: Readonly<Record<string, number>>, ...keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key)));
}

function profileOf(content: unknown): string {
  const file = join(folder, 'profile.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function workload(request: Partial<FilesRequest>): ReturnType<typeof filesWorkload> {
  return filesWorkload({ dir: '/x', profile: 'mixed', durationMs: 1000, workers: 1, ...request });
}

function sizes({ fileBytes, chunkBytes }: ReturnType<typeof filesWorkload>): readonly number[] {
  return [fileBytes, chunkBytes];
}

function refusal(request: Partial<FilesRequest>): FunbricError {
  try {
    workload(request);
  } catch (error) {
    assert.ok(error instanceof FunbricError, String(error));
    return error;
  }
  assert.fail('nothing was refused');
}
