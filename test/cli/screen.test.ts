import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Screen, type Size } from '../../src/cli/terminal/screen.ts';
import { TestTerminal } from '../support/terminal.ts';

describe('the screen', () => {
  it('draws frames in place, longer and shorter ones, and scrolls what is printed above them', () => {
    const { screen, terminal } = openScreen({ columns: 20, rows: 6 });
    screen.out('before\n');
    screen.draw(['one', 'two', 'three']);
    screen.out('printed\n');
    screen.draw(['1', '2']);
    assert.deepEqual(shown(terminal), ['before', 'printed', '1', '2']);
    screen.out('without an end');
    screen.draw(['first', 'second', 'third', 'fourth']);
    assert.deepEqual(terminal.screen(), ['without an end', 'first', 'second', 'third', 'fourth', '']);
    assert.equal(terminal.lines[0], 'before');
  });

  it('hides the cursor as long as there is a frame, and leaves nothing of it', () => {
    const { screen, terminal } = openScreen({ columns: 20, rows: 6 });
    screen.draw(['frame']);
    assert.equal(terminal.isCursorHidden, true);
    screen.out('last words\n');
    screen.erase();
    assert.equal(terminal.isCursorHidden, false);
    screen.out('after\n');
    assert.deepEqual(shown(terminal), ['last words', 'after']);
  });

  it('writes once a frame, and nothing where nothing has changed', () => {
    const { screen, writes } = openScreen({ columns: 20, rows: 6 });
    screen.draw(['a']);
    screen.draw(['a']);
    screen.out('x\n');
    screen.out('y\n');
    screen.draw(['b']);
    assert.equal(writes.length, 2);
  });

  it('keeps what goes to another place than the terminal apart', () => {
    const { screen, terminal, errors } = openScreen({ columns: 20, rows: 6 });
    screen.draw(['frame']);
    screen.err('oops\n');
    screen.draw(['frame 2']);
    assert.deepEqual([errors, shown(terminal)], [['oops\n'], ['frame 2']]);
  });

  it('prints lines that are wider than the terminal whole', () => {
    const { screen, terminal } = openScreen({ columns: 10, rows: 6 });
    screen.draw(['aaaaaaaaa', 'bbbbbbbbb']);
    screen.out(`${'0123456789'.repeat(2)}rest\n`);
    screen.draw(['c', 'd']);
    assert.deepEqual(shown(terminal), ['0123456789', '0123456789', 'rest', 'c', 'd']);
  });

  it('finds its frame again after the terminal became narrower, and wrapped it', () => {
    const size = { columns: 20, rows: 8 };
    const { screen, writes } = openScreen(size);
    screen.draw(['x'.repeat(19), 'y'.repeat(5)]);
    size.columns = 10;
    screen.draw(['z']);
    const narrow = new TestTerminal(10, 8);
    narrow.write(`above\n${'x'.repeat(19)}\n${'y'.repeat(5)}\n`.replaceAll('\n', '\r\n'));
    narrow.write(writes[1] ?? '');
    assert.deepEqual(shown(narrow), ['above', 'z']);
  });
});

function openScreen(size: Size): {
  readonly screen: Screen;
  readonly terminal: TestTerminal;
  readonly writes: string[];
  readonly errors: string[];
} {
  const terminal = new TestTerminal(size.columns, size.rows);
  const [writes, errors]: [string[], string[]] = [[], []];
  const screen = new Screen({
    out: (text) => {
      writes.push(text);
      terminal.write(text.replaceAll(/(?<!\r)\n/g, '\r\n'));
    },
    err: (text) => void errors.push(text),
    isTerminal: true,
    isErrTerminal: false,
    size: () => ({ ...size }),
  });
  return { screen, terminal, writes, errors };
}

function shown(terminal: TestTerminal): readonly string[] {
  return terminal.lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}
