import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Line } from '../../src/model/line.ts';
import { contents } from '../../src/model/record.ts';
import { chunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf } from '../../src/workloads/content.ts';
import { fillLine, lookAtLines, maxLineBytes, type NoLine } from '../../src/workloads/lines.ts';

const content = contentOf(7, 512);
const file = 3;

function lineOf(changes: Partial<Line>): { readonly line: Line; readonly bytes: Buffer } {
  const line = { runTag: 7, file, writer: 1, number: 1, operation: 5, bytes: 100, ...changes };
  const buffer = chunkBuffer(maxLineBytes);
  fillLine(content, buffer, line);
  return { line, bytes: buffer.bytes.subarray(0, line.bytes) };
}

function look(bytes: Buffer): {
  readonly lines: readonly (readonly [Line, number])[];
  readonly bad: readonly NoLine[];
} {
  const lines: [Line, number][] = [];
  const bad: NoLine[] = [];
  lookAtLines(
    content,
    { bytes, file },
    { line: (line, position) => lines.push([line, position]), noLine: (found) => bad.push(found) },
  );
  return { lines, bad };
}

describe('a file of lines', () => {
  it('tells every line and its place, whatever their lengths', () => {
    const lengths = fc.array(fc.integer({ min: 33, max: maxLineBytes }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, (all) => {
        const made = all.map((bytes, at) => lineOf({ bytes, number: at + 1, writer: at % 3 }));
        const { lines, bad } = look(Buffer.concat(made.map(({ bytes }) => bytes)));
        assert.deepEqual(
          lines.map(([line]) => line),
          made.map(({ line }) => line),
        );
        assert.deepEqual(bad, []);
      }),
      { numRuns: 30 },
    );
  });

  it('tells where one byte of a line is another, and goes on behind it', () => {
    const [first, second] = [lineOf({}), lineOf({ number: 2 })];
    fc.assert(
      fc.property(fc.nat({ max: 99 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.concat([first.bytes, second.bytes]);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const { lines, bad } = look(bytes);
        assert.deepEqual(lines, [[second.line, 100]]);
        assert.equal(bad.length, 1);
        assert.deepEqual([bad[0]?.position, bad[0]?.bytes], [0, 100]);
      }),
    );
  });

  it('tells a line that another lies over from one that ends too early', () => {
    const [long, short] = [lineOf({ bytes: 300 }), lineOf({ number: 2, bytes: 80 })];
    const over = Buffer.from(long.bytes);
    short.bytes.copy(over, 50);
    const covered = look(over);
    assert.deepEqual(covered.lines, [[short.line, 50]]);
    assert.deepEqual(
      covered.bad.map(({ isCovered, position }) => [isCovered, position]),
      [
        [true, 0],
        [false, 130],
      ],
    );
    const cut = look(Buffer.concat([long.bytes.subarray(0, 50), short.bytes]));
    assert.deepEqual(
      cut.bad.map(({ isCovered, content: what }) => [isCovered, what]),
      [[false, contents.badBody]],
    );
  });

  it('tells zeros, lines of another run and of another file, and bytes that are none', () => {
    const cases = [
      [Buffer.alloc(70), contents.zeros],
      [Buffer.alloc(70, 1), contents.unreadable],
      [lineOf({ runTag: 8 }).bytes, contents.foreign],
      [lineOf({ file: 4 }).bytes, contents.misplaced],
    ] as const;
    for (const [bytes, what] of cases)
      assert.deepEqual(
        look(bytes).bad.map(({ content: found }) => found),
        [what],
      );
  });
});
