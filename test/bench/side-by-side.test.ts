import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SideBySide } from './side-by-side.ts';

const fails = [process.execPath, '-e', 'console.error("no such setting"); process.exit(3)'];

describe('tools side by side', { skip: process.platform === 'win32' && 'the commands are timed by bash' }, () => {
  it('says why a tool is not measured, and goes on with the others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
    try {
      const tools = new SideBySide(folder);
      assert.equal(tools.run('', 'funbric', ['true']), true);
      assert.equal(tools.run('', 'broken', fails), false);
      assert.equal(tools.run('', 'broken', ['true']), false);
      assert.equal(tools.run('', 'other', ['true']), true);
      const lines: string[] = [];
      tools.print((line) => lines.push(line));
      assert.equal(lines.filter((line) => line.includes('x other (')).length, 2);
      assert.equal(lines.filter((line) => line.startsWith('broken: not measured: ')).length, 1);
      assert.match(lines.join('\n'), /ended with 3: no such setting/);
      assert.doesNotMatch(lines.join('\n'), /x broken/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
