/**
 * Verify of a file that many appended to: its bytes are read once, from the start to the end. Every host tells what they are
 * by their length and checksum; what lines they hold, only those do whose turn it is, as all hosts must read the same.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { crc32 } from '../model/checksum.ts';
import { contents, readFlags, recordKinds } from '../model/record.ts';
import type { Content } from './content.ts';
import { lookAtLines, type NoLine } from './lines.ts';
import { closeQuietly, type FileOperations } from './operations.ts';
import type { LinesSeen, Trace } from './trace.ts';

/** No file of a run is nearly as long: one that is can't be judged. */
const maxFileBytes = 1 << 28;

export interface LinesPlace {
  readonly owner: number;
  readonly name: number;
  readonly flags: number;
  /** Absolute. */
  readonly path: string;
}

export function scanLines(
  { operations, trace, content }: { operations: FileOperations; trace: Trace; content: Content },
  { owner, name, flags, path }: LinesPlace,
): void {
  let fd = -1;
  trace.begin(recordKinds.scanLines, owner, name, flags);
  try {
    fd = operations.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const bytes = readWhole(operations, fd);
    trace.mark();
    trace.setSize(bytes.length);
    trace.setTarget(crc32(bytes));
    if ((flags & readFlags.inDetail) !== 0) trace.setLines({ owner, name, flags }, linesIn(content, bytes, name));
    trace.succeed(bytes.length);
  } catch (error) {
    trace.fail(error);
  }
  if (fd >= 0) closeQuietly(operations, fd);
}

/** Up to where a read brings nothing: what the size says may be old. */
function readWhole(operations: FileOperations, fd: number): Buffer {
  let bytes: Buffer = Buffer.alloc(operations.fsize(fd) + spareBytes);
  let done = 0;
  for (;;) {
    if (done === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
    if (bytes.length > maxFileBytes) throw Object.assign(new Error('too long'), { errno: os.errno.EFBIG });
    const count = operations.read(fd, bytes, done, bytes.length - done, done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
}

const spareBytes = 4096;

/** Lines of one writer that follow each other, whatever lies between, are one run. */
export function linesIn(content: Content, bytes: Buffer, file: number): readonly LinesSeen[] {
  const seen: LinesSeen[] = [];
  const open = new Map<number, LinesSeen & { count: number }>();
  lookAtLines(
    content,
    { bytes, file },
    {
      line({ writer, number }, position) {
        const run = open.get(writer);
        if (run !== undefined && run.first + run.count === number) run.count++;
        else {
          const next = { ...blank, kind: recordKinds.lines, writer, first: number, count: 1, position };
          open.set(writer, next);
          seen.push(next);
        }
      },
      noLine: (found) => seen.push(noLineSeen(found)),
    },
  );
  return seen;
}

const blank = { content: 0, flags: 0, writer: 0, first: 0, bytes: 0, target: 0 } as const;

function noLineSeen({ content, position, bytes, line, isCovered }: NoLine): LinesSeen {
  return {
    kind: recordKinds.noLine,
    content,
    flags: isCovered ? readFlags.covered : 0,
    writer: line?.writer ?? 0,
    first: line?.number ?? 0,
    bytes: line?.bytes ?? 0,
    count: bytes,
    position,
    target: targetOf(content, line),
  };
}

function targetOf(content: number, line: NoLine['line']): number {
  if (line === undefined) return 0;
  return content === contents.foreign ? line.runTag : line.file;
}
