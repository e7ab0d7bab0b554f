import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { unifiedDiff } from '../../src/model/diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-diff-'));
after(() => rmSync(folder, { recursive: true }));

const hasPatch = spawnSync('patch', ['--version']).status === 0;
const hasDiff = spawnSync('diff', ['--version']).status === 0;

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 }), fc.boolean())
  .map(([lines, isEnded]) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));

describe('a unified diff', () => {
  it('shows what changed with three lines around it', () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}\n`);
    const now = before.with(4, 'new\n').toSpliced(15, 1);
    assert.deepEqual(unifiedDiff(before.join(''), now.join('')), [
      '@@ -2,7 +2,7 @@',
      ' line 1',
      ' line 2',
      ' line 3',
      '-line 4',
      '+new',
      ' line 5',
      ' line 6',
      ' line 7',
      '@@ -13,7 +13,6 @@',
      ' line 12',
      ' line 13',
      ' line 14',
      '-line 15',
      ' line 16',
      ' line 17',
      ' line 18',
    ]);
  });

  it('is empty for equal texts, and says where only the last newline differs', () => {
    assert.deepEqual(unifiedDiff('a\nb', 'a\nb'), []);
    assert.deepEqual(unifiedDiff('a\n', 'a'), ['@@ -1 +1 @@', '-a', '+a', '\\ No newline at end of file']);
  });

  it('makes of one text the other, when `patch` applies it', { skip: !hasPatch && 'no patch here' }, () => {
    const file = join(folder, 'file');
    fc.assert(
      fc.property(text, text, (before, now) => {
        const lines = unifiedDiff(before, now);
        assert.equal(lines.length === 0, before === now);
        if (before === now) return;
        writeFileSync(file, before);
        const input = `--- file\n+++ file\n${lines.join('\n')}\n`;
        const patch = spawnSync('patch', ['--posix', '-s', '-u', file], { input, encoding: 'utf8' });
        assert.equal(patch.status, 0, `${input}${patch.stdout}${patch.stderr}`);
        assert.equal(readFileSync(file, 'utf8'), now, input);
      }),
      { numRuns: 60 },
    );
  });

  it('is as short as that of diff -u', { skip: !hasDiff && 'no diff here' }, () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    const changes = (lines: readonly string[]): number => lines.filter((line) => /^[-+]/.test(line)).length;
    fc.assert(
      fc.property(text, text, (before, now) => {
        writeFileSync(one, before);
        writeFileSync(other, now);
        const { stdout } = spawnSync('diff', ['-d', '-u', one, other], { encoding: 'utf8' });
        assert.ok(changes(unifiedDiff(before, now)) <= changes(stdout.split('\n').slice(2)));
      }),
      { numRuns: 60 },
    );
  });

  it('of large texts that share nothing ends soon, and names all lines of both', () => {
    const many = (word: string): string => Array.from({ length: 50_000 }, (_, at) => `${word} ${at}\n`).join('');
    const lines = unifiedDiff(many('a'), many('b'));
    assert.equal(lines.length, 100_001);
    assert.equal(lines[0], '@@ -1,50000 +1,50000 @@');
  });
});
