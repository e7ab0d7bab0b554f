/** The example of docs/testing.md, as a user would have it: the package in node_modules, a task, and its test. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/funbric.ts';

describe('docs/testing.md', () => {
  it('has an example that runs, and whose tests all pass', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-docs-'));
    try {
      const text = readFileSync(join(root, 'docs/testing.md'), 'utf8');
      const files = [...text.matchAll(/`([\w./]+)`:\n\n```\w+\n([\s\S]*?)```/g)];
      assert.deepEqual(
        files.map(([, name]) => name),
        ['tasks/disk.ts', 'test/disk.test.js'],
      );
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(root, join(folder, 'node_modules/funbric'));
      for (const [, name = '', content = ''] of files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
      // Else the child would report to our own runner.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const options = { cwd: folder, env, timeout: 600_000 };
      const child = spawn(process.execPath, ['--test', '--test-reporter=tap', 'test/'], options);
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      const [status] = await once(child, 'close');
      assert.equal(status, 0, said);
      assert.match(said, /^# pass 3$/m);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('docs/security.md', () => {
  it('names tests that there are, one of its own for each promise', () => {
    const text = readFileSync(join(root, 'docs/security.md'), 'utf8');
    const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, name = '']) => name);
    for (const name of named) assert(existsSync(join(root, name)), name);
    const ofPromises = readdirSync(join(root, 'test/security')).filter((name) => name.endsWith('.test.ts'));
    assert.equal(ofPromises.length, 10);
    for (const name of ofPromises) assert(named.includes(`test/security/${name}`), name);
  });
});
