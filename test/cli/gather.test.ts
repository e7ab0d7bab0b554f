import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blocksText, diffText, errorBlocksText } from '../../src/cli/command/blocks.ts';
import { Gathered } from '../../src/cli/command/gather.ts';
import { makeColors } from '../../src/cli/terminal/colors.ts';

const colors = makeColors({ isWanted: false, environment: {}, isTerminal: false });
const names = ['r1n1', 'r1n2', 'r2n1', 'r2n2', 'db'];
const options = { names, colors };
const ruler = '---------------';

describe('gathered output', () => {
  it('is one block for all hosts that said the same, however it came; the largest first', () => {
    const gathered = gather({ 4: 'odd\n', 0: 'same\n', 1: 'same\n', 2: 'same\n' });
    for (const piece of ['sa', 'me', '\n']) gathered.write(3, 'stdout', Buffer.from(piece));
    gathered.end(3);
    assert.equal(
      blocksText(gathered.groups('stdout'), options),
      `${ruler}\nr[1-2]n[1-2] (4)\n${ruler}\nsame\n${ruler}\ndb (1)\n${ruler}\nodd\n`,
    );
  });

  it('names hosts that said nothing where others said something, and is nothing where none did', () => {
    const text = blocksText(gather({ 0: 'x\n', 1: 'x\n', 2: '' }).groups('stdout'), options);
    assert.match(text, /r1n\[1-2\] \(2\)\n-+\nx\n-+\nr2n1 \(1\): no output\n$/);
    assert.equal(blocksText(gather({ 0: '', 1: '' }).groups('stdout'), options), '');
  });

  it('differs where only the last newline does, or bytes that are no text', () => {
    assert.equal(gather({ 0: 'x\n', 1: 'x' }).groups('stdout').length, 2);
    const gathered = new Gathered(100);
    gathered.write(0, 'stdout', Buffer.from([0xff]));
    gathered.write(1, 'stdout', Buffer.from([0xfe]));
    for (const host of [0, 1]) gathered.end(host);
    assert.equal(gathered.groups('stdout').length, 2);
  });

  it('keeps a bounded part of each, compares all, and says what is left out', () => {
    const groups = gather({ 0: 'aaaab', 1: 'aaaac', 2: 'aaaab' }, 4).groups('stdout');
    assert.deepEqual(
      groups.map(({ hosts, text, droppedBytes }) => [hosts, text, droppedBytes]),
      [
        [[0, 2], 'aaaa', 1],
        [[1], 'aaaa', 1],
      ],
    );
    assert.match(blocksText(groups, options), /aaaa\n\.\.\. and 1 byte more\n/);
    assert.match(diffText(groups, options), /\+\+\+ r1n2 \(1\)\nthey differ in what is not kept: raise --max-output/);
  });

  it('is as wide as the bytes lent to it only while they are lent', () => {
    const bytes = Buffer.from('one\n');
    const gathered = new Gathered(100);
    gathered.write(0, 'stdout', bytes);
    bytes.fill(0);
    gathered.end(0);
    assert.equal(gathered.groups('stdout')[0]?.text, 'one\n');
  });

  it('as a diff shows each group against the largest', () => {
    const groups = gather({ 0: 'a\nb\n', 1: 'a\nb\n', 2: 'a\nc\n', 4: '' }).groups('stdout');
    assert.equal(
      diffText(groups, options),
      [
        '--- r1n[1-2] (2)\n+++ r2n1 (1)\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n',
        '--- r1n[1-2] (2)\n+++ db (1)\n@@ -1,2 +0,0 @@\n-a\n-b\n',
      ].join(''),
    );
  });

  it('has no escape sequence of a host in it', () => {
    const groups = gather({ 0: '\u001b[31mred\u001b]0;owned\u0007\n', 1: 'x\n', 2: 'x\n' }).groups('stdout');
    for (const text of [blocksText(groups, options), diffText(groups, options)]) assert.ok(!text.includes('\u001b'));
  });

  it('of stderr has a heading of its own, and nothing of hosts that were silent', () => {
    const gathered = new Gathered(100);
    gathered.write(1, 'stderr', Buffer.from('oops\n'));
    for (const host of [0, 1]) gathered.end(host);
    assert.equal(errorBlocksText(gathered.groups('stderr'), options), `${ruler}\nr1n2 (1), stderr\n${ruler}\noops\n`);
  });
});

function gather(said: Readonly<Record<number, string>>, maxBytes = 100): Gathered {
  const gathered = new Gathered(maxBytes);
  for (const [host, text] of Object.entries(said)) {
    gathered.write(Number(host), 'stdout', Buffer.from(text));
    gathered.end(Number(host));
  }
  return gathered;
}
