import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunbricError } from '../../src/model/errors.ts';
import { decodeOptions, flagOf } from '../../src/controller/tasks/options.ts';
import type { TaskOption } from '../../src/controller/tasks/task.ts';

const types = {
  dir: { type: 'string', describe: 'Where', required: true },
  workers: { type: 'number', describe: 'How many', default: 4 },
  local: { type: 'boolean', describe: 'Not shared' },
  duration: { type: 'duration', describe: 'How long', default: '10s', max: '504h' },
  fileSize: { type: 'size', describe: 'How large', min: '0', max: '1TiB' },
  tags: { type: 'list', describe: 'Words' },
  chunk: { type: 'size', describe: 'Unit', choices: ['512', '4KiB'] },
  share: { type: 'percent', describe: 'How much' },
  profile: { type: 'string', describe: 'Which', choices: ['mixed', 'metadata'], default: 'mixed' },
} as const satisfies Record<string, TaskOption>;

describe('the options of a task', () => {
  it('become values of their types, and what has a default is always there', () => {
    const given = {
      dir: ['/mnt'],
      duration: ['2m'],
      fileSize: ['4K'],
      tags: ['a,b', 'c'],
      local: ['true'],
      workers: ['8'],
    };
    assert.deepEqual(decode(given), {
      dir: '/mnt',
      workers: 8,
      local: true,
      duration: 120_000,
      fileSize: 4096,
      tags: ['a', 'b', 'c'],
      profile: 'mixed',
    });
    assert.deepEqual(decode({ dir: ['/a', '/b'] }), { dir: '/b', workers: 4, duration: 10_000, profile: 'mixed' });
  });

  const durations: readonly (readonly [string, number])[] = [
    ['500ms', 500],
    ['5', 5000],
    ['5s', 5000],
    ['2.3s', 2300],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
  ];
  for (const [text, ms] of durations) {
    it(`read ${text} as ${ms} ms`, () => assert.equal(decode({ dir: ['x'], duration: [text] })['duration'], ms));
  }

  const sizes: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['512b', 512],
    ['4k', 4096],
    ['1M', 1_048_576],
    ['1MiB', 1_048_576],
    ['1.5G', 1_610_612_736],
  ];
  for (const [text, bytes] of sizes) {
    it(`read ${text} as ${bytes} bytes`, () => {
      assert.equal(decode({ dir: ['x'], fileSize: [text] })['fileSize'], bytes);
    });
  }

  it('read a share only with its sign, and a size among choices in any unit', () => {
    const values = decode({ dir: ['x'], share: ['2.5%'], chunk: ['4096'] });
    assert.deepEqual([values['share'], values['chunk']], [0.025, 4096]);
  });

  const refusals: readonly (readonly [given: Record<string, string[]>, said: RegExp, hint: RegExp])[] = [
    [{}, /demo: --dir is missing \(Where\)/, /--dir TEXT/],
    [{ dir: ['x'], workers: ['four'] }, /--workers can't be "four"/, /number/],
    [{ dir: ['x'], workers: [''] }, /--workers can't be ""/, /number/],
    [{ dir: ['x'], workers: ['0x10'] }, /--workers can't be "0x10"/, /number/],
    [{ dir: ['x'], local: ['maybe'] }, /--local can't be "maybe"/, /true or false/],
    [{ dir: ['x'], duration: ['5 minutes'] }, /--duration can't be "5 minutes"/, /500ms, 5s, 2m or 1h/],
    [{ dir: ['x'], duration: ['-5s'] }, /--duration can't be "-5s"/, /500ms/],
    [{ dir: ['x'], fileSize: ['4KB'] }, /--file-size can't be "4KB"/, /K is 1024/],
    [{ dir: ['x'], fileSize: ['0.3'] }, /--file-size can't be "0.3"/, /K is 1024/],
    [{ dir: ['x'], duration: ['99999999h'] }, /--duration can't be "99999999h"/, /at most 504h/],
    [{ dir: ['x'], duration: ['504.1h'] }, /--duration can't be "504.1h"/, /at most 504h/],
    [{ dir: ['x'], fileSize: ['2T'] }, /--file-size can't be "2T"/, /from 0 to 1TiB/],
    [{ dir: ['x'], chunk: ['1000'] }, /--chunk can't be "1000"/, /allowed: 512, 4KiB/],
    [{ dir: ['x'], share: ['5'] }, /--share can't be "5"/, /from 0% to 100%/],
    [{ dir: ['x'], share: ['101%'] }, /--share can't be "101%"/, /from 0% to 100%/],
    [{ dir: ['x'], profile: ['mixd'] }, /--profile can't be "mixd"/, /did you mean mixed\? allowed: mixed, metadata/],
    [{ dir: ['x'], wrokers: ['4'] }, /demo: unknown option --wrokers/, /did you mean --workers/],
    [{ dir: ['x'], toString: ['4'] }, /unknown option --to-string/, /--help/],
  ];
  for (const [given, said, hint] of refusals) {
    it(`refuse ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => decode(given),
        (thrown) =>
          thrown instanceof FunbricError &&
          thrown.code === 'usage' &&
          said.test(thrown.message) &&
          hint.test(thrown.hint ?? ''),
      );
    });
  }

  it('are typed with hyphens however they were declared', () => {
    assert.deepEqual(['fileSize', 'file-size', 'dir'].map(flagOf), ['file-size', 'file-size', 'dir']);
  });
});

function decode(given: Record<string, string[]>): ReturnType<typeof decodeOptions> {
  return decodeOptions('demo', types, new Map(Object.entries(given)));
}
