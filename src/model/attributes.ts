/**
 * What a stat sees beside the size, in those fields of its record that chunks have no use for there. Times keep the order and
 * the equality that the file system gave them, to about a quarter of a microsecond; an inode is a number that is the same for
 * the same inode, so that two that differ are two.
 */
import type { JournalRecord } from './record.ts';

export interface Attributes {
  /** Since 1970, by the clock of whoever keeps the file's times. */
  readonly modified: FileTime;
  readonly changed: FileTime;
  /** Type and permissions. */
  readonly mode: number;
  readonly links: number;
  readonly inode: number;
}

export interface FileTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** As file systems answer. */
export interface SeenAttributes {
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly mode: number;
  readonly links: number;
  readonly inode: number;
}

/** The permissions that chmod sets. */
export const permissionBits = 0o777;

export function attributesOfSeen({ modifiedMs, changedMs, mode, links, inode }: SeenAttributes): Attributes {
  return {
    modified: timeOf(modifiedMs),
    changed: timeOf(changedMs),
    mode: mode & 0xffff,
    links: Math.min(links, 0xffff),
    inode: fold(inode),
  };
}

/** Of the record of an agent that looked: where it didn't, the incarnation is 0. */
export function attributesOf(record: JournalRecord): Attributes {
  const { target, first, count, generation, creator, writer, incarnation } = record;
  return {
    modified: { seconds: target, nanoseconds: first },
    changed: { seconds: count, nanoseconds: generation },
    mode: creator,
    links: writer,
    inode: incarnation,
  };
}

/** Negative where `a` is the earlier one. */
export function compareTimes(a: FileTime, b: FileTime): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

const maxSeconds = 2 ** 32 - 1;

function timeOf(ms: number): FileTime {
  const seconds = Math.floor(ms / 1000);
  if (!(seconds >= 0)) return { seconds: 0, nanoseconds: 0 };
  if (seconds > maxSeconds) return { seconds: maxSeconds, nanoseconds: 0 };
  return { seconds, nanoseconds: Math.round((ms - seconds * 1000) * 1e6) };
}

/** To 32 bits, and never 0. */
function fold(inode: number): number {
  const high = Math.floor(inode / 2 ** 32);
  return ((inode >>> 0) ^ Math.imul(high, 0x9e3779b1)) >>> 0 || 1;
}
