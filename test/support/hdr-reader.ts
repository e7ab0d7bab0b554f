/** A reader of HdrHistogram logs (format 1.3, V2 encoding) after their specification; it shares nothing with what writes ours. */
import { inflateSync } from 'node:zlib';

export interface HdrLine {
  readonly tag: string;
  readonly startSeconds: number;
  readonly lengthSeconds: number;
  readonly max: number;
  readonly total: number;
  /** As HdrHistogram says it: the highest value that counts as the same as that of the rank. */
  percentile(percent: number): number;
}

export function readHdrLog(text: string): readonly HdrLine[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no end');
  const version = lines.find((line) => line.startsWith('#[Histogram log format version '));
  if (version !== '#[Histogram log format version 1.3]') throw new Error(`version: ${version}`);
  return lines.filter((line) => !/^[#"]/.test(line)).map(readLine);
}

function readLine(line: string): HdrLine {
  const [, tag = '', start, length, max, encoded = ''] =
    /^Tag=([^,\s]+),(\d+\.\d{3}),(\d+\.\d{3}),(\d+\.\d{3}),([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
  if (encoded === '') throw new Error(`no line of a log: ${line.slice(0, 100)}`);
  const counts = decode(Buffer.from(encoded, 'base64'));
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    tag,
    startSeconds: Number(start),
    lengthSeconds: Number(length),
    max: Number(max),
    total,
    percentile(percent) {
      let left = Math.max(1, Math.ceil((percent / 100) * total));
      for (const [index, count] of counts) {
        left -= count;
        if (left <= 0) return highestAt(index);
      }
      return 0;
    },
  };
}

function decode(outer: Buffer): readonly (readonly [index: number, count: number])[] {
  if (outer.readInt32BE(0) !== 0x1c849304 + 0x10) throw new Error('no compressed V2 cookie');
  if (outer.readInt32BE(4) !== outer.length - 8) throw new Error('the length of what is compressed is wrong');
  const inner = inflateSync(outer.subarray(8));
  if (inner.readInt32BE(0) !== 0x1c849303 + 0x10) throw new Error('no V2 cookie');
  const bytes = inner.readInt32BE(4);
  if (bytes !== inner.length - 40) throw new Error('the length of the counts is wrong');
  if (inner.readInt32BE(8) !== 0 || inner.readInt32BE(12) !== 3) throw new Error('offset or figures');
  if (inner.readBigInt64BE(16) !== 1n || inner.readBigInt64BE(24) !== 2n ** 42n) throw new Error('bounds');
  if (inner.readDoubleBE(32) !== 1) throw new Error('ratio');
  const counts: [number, number][] = [];
  let index = 0;
  for (let at = 40; at < inner.length;) {
    let raw = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = inner.readUInt8(at++);
      raw |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    const value = (raw >> 1n) ^ -(raw & 1n);
    if (value < 0n) index += Number(-value);
    else counts.push([index++, Number(value)]);
  }
  return counts;
}

/** The reference: 2,048 sub-buckets, of which each bucket but the first uses the upper half. */
function highestAt(index: number): number {
  let bucket = Math.floor(index / 1024) - 1;
  let sub = (index % 1024) + 1024;
  if (bucket < 0) {
    sub -= 1024;
    bucket = 0;
  }
  return sub * 2 ** bucket + 2 ** bucket - 1;
}
