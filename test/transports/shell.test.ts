import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { inDirectory, posixLine, quote, quoteAll } from '../../src/transports/shell.ts';

/** zsh and fish are login shells of some hosts; busybox is the sh of small ones. */
const shells = ['dash', 'bash', 'busybox', 'zsh', 'fish'].filter(
  (shell) => spawnSync(shell, shell === 'busybox' ? ['true'] : ['-c', 'true']).error === undefined,
);

const special = '\'"\\$`!*?~#&;|<>(){}[]=% \n\t\r-^';

/** Text with what shells treat in a special way more often than chance would have it. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...Array.from(special)), fc.string({ unit: 'grapheme' })))
  .map((pieces) => pieces.join('').replaceAll('\0', ''));

function run(shell: string, command: string): string {
  const args = shell === 'busybox' ? ['sh', '-c', command] : ['-c', command];
  // With a socket for its input and below no other shell, bash would read the user's own .bashrc each time.
  const env = { ...process.env, SHLVL: '1' };
  const { stdout, status, stderr } = spawnSync(shell, args, { encoding: 'utf8', env });
  assert.equal(status, 0, stderr);
  return stdout;
}

for (const shell of shells) {
  describe(`quoting for ${shell}`, () => {
    it('brings any words through unchanged', () => {
      const property = fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (words) => {
        assert.equal(run(shell, `printf '%s.' ${quoteAll(words)}`), words.map((word) => `${word}.`).join(''));
      });
      fc.assert(property, { numRuns: 40 });
    });

    it('brings a script through a login shell unchanged', () => {
      const property = fc.property(text, (word) => {
        assert.equal(run(shell, posixLine(`printf %s ${quote(word)}`)), word);
      });
      fc.assert(property, { numRuns: 40 });
    });
  });
}

describe('quoting', () => {
  it('refuses a NUL character, which no argument can hold', () => {
    assert.throws(() => quote('a\0b'), { code: 'usage' });
  });

  it('runs a command in a directory whose name looks like an option or a command', () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-$(touch x) -'));
    assert.equal(run('sh', inDirectory(folder, 'pwd')), `${folder}\n`);
    rmSync(folder, { recursive: true });
  });
});
