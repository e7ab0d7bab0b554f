/**
 * One operation as 64 bytes: what a worker did and saw. Records lie one after another, in memory that a worker shares with
 * the agent's main thread, and in the blocks of a journal. Everything is little-endian.
 */
export const recordBytes = 64;

/** What a record is about. Values are part of the format: append, never renumber. */
export const recordKinds = {
  mkdir: 1,
  rmdir: 2,
  touch: 3,
  write: 4,
  read: 5,
  stat: 6,
  list: 7,
  rename: 8,
  delete: 9,
  truncate: 10,
  /** A run of chunks that a read saw, beyond the first run, which is in the read's own record. */
  observe: 11,
  /** Verify: one directory of a tree was listed; size = entries seen. */
  scanList: 12,
  /** Verify: one name was there; size = its size. */
  scanEntry: 13,
  /** Verify: one file was read; the first run of chunks that it saw, like read. */
  scanRead: 14,
  /** A write at the end of a file that was opened to append. */
  append: 15,
  fsync: 16,
  fdatasync: 17,
  /** name is copied to target, which is a new incarnation; size = bytes. */
  copy: 18,
  /** A rename to a name that was taken: what was there is gone. */
  renameOnto: 19,
  /** Names that a list saw: name is the first of a run of `count` that follow each other. */
  listed: 20,
  /** `name` is a further name of a file of the worker's own: target. */
  link: 21,
  symlink: 22,
  /** A lock was asked for, without waiting: of the range `first` of a file of the arena `locks`. */
  lock: 23,
  unlock: 24,
  /** generation = the permissions that the file gets. */
  chmod: 25,
  /** generation = the time that it gets, in seconds since 1970. */
  utimes: 26,
  /** The extended attribute that is ours is set to a value that names this operation, its number in `generation`; 0: it is removed. */
  setxattr: 27,
  /** Room is made for `count` chunks; size = what the file has at least from then on, 0: it stays as long as it is. */
  fallocate: 28,
  /** `count` chunks become zeros, as far as the file goes; size as of fallocate. */
  punchHole: 29,
  /** A line (model/line.ts) is added to a file that others append to too: number `first` of its writer there, of `count` bytes. */
  addLine: 30,
  /** Verify: one such file was read; size = bytes, target = their CRC-32. With `inDetail` its lines follow, in `count` records. */
  scanLines: 31,
  /** Of one writer, whose lines lie among those of others: `count` lines from number `first` on, in this order. */
  lines: 32,
  /** `count` bytes from `incarnation` on that are no line; where a header is left, of which (`writer`, `first`, `generation` bytes). */
  noLine: 33,
  /** A look at the extended attribute: content, and creator, incarnation and generation of the value that was there. */
  getxattr: 34,
  /** An fsync of a folder: what makes its entries last. */
  fsyncFolder: 35,
} as const;

const kindNames: ReadonlyMap<number, string> = new Map(
  Object.entries(recordKinds).map(([name, value]) => [value, name]),
);

export function kindName(kind: number): string {
  return kindNames.get(kind) ?? `kind ${kind}`;
}

/** What happened to an operation: no answer (worker or host died in it), success, or an errno. */
export const outcomes = { pending: 0, ok: 1, error: 2 } as const;

/** What chunks looked like. `data` explains itself: stamp readable, this run, right position, body equal. */
export const contents = {
  none: 0,
  data: 1,
  zeros: 2,
  /** No stamp can be read. */
  unreadable: 3,
  /** The stamp is good, the body isn't what it says. */
  badBody: 4,
  /** A good stamp of another run (its tag in `target`). */
  foreign: 5,
  /** A good stamp and body, of another chunk (in `target`). */
  misplaced: 6,
  /** The file ended inside the chunk. */
  partial: 7,
  /**
   * The start of a good chunk, whose last byte that isn't zero is before `target`: its file ended there, or zeros follow. Its
   * stamp is told where it is whole.
   */
  cut: 8,
} as const;

/** Why a read happened, and how it ended, in `flags`. */
export const readFlags = {
  secondScan: 1,
  /** The first call returned fewer bytes than were asked for: the file ended there, or the read was short. */
  short: 2,
  /** Of scanLines: what was read is told line by line. */
  inDetail: 4,
  /** Of scanLines: there was more to tell than one operation can. */
  cut: 8,
  /** Of noLine: what is left of the line goes on behind another one that lies over it. */
  covered: 16,
  /** Of reads, writes and appends: past the page cache (O_DIRECT). */
  direct: 32,
} as const;

/** How it was done, in `flags` of fallocate and punchHole. */
export const extentFlags = { keepsSize: 1 } as const;

/**
 * One operation. `owner` is the run-wide number of the worker whose tree holds the object, `name` the object's number in
 * that tree (see namespace.ts); `target` the new name of a rename, or the chunk found in a misplaced one.
 * first/count are chunks; generation, creator, incarnation and writer are what was written or seen; times are ns of the
 * host's monotonic clock since the agent's start; size is bytes (written, read first, new size, seen size) or entries. What stat
 * and scanEntry see beside the size is in the fields of chunks (see attributes.ts).
 */
export interface JournalRecord {
  readonly kind: number;
  readonly outcome: number;
  readonly errno: number;
  readonly sequence: number;
  readonly owner: number;
  readonly content: number;
  readonly flags: number;
  readonly name: number;
  readonly target: number;
  readonly first: number;
  readonly count: number;
  readonly generation: number;
  readonly creator: number;
  readonly writer: number;
  readonly incarnation: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly size: number;
}

/** Where the fields of a record are: index = record x stride + offset in the view of that width. */
export const layout = {
  kind: 0, // u8
  outcome: 1, // u8
  errno: 1, // u16
  sequence: 1, // u32
  owner: 4, // u16
  content: 10, // u8
  flags: 11, // u8
  name: 3, // u32
  target: 4, // u32
  first: 5, // u32
  count: 6, // u32
  generation: 7, // u32
  creator: 16, // u16
  writer: 17, // u16
  incarnation: 9, // u32
  startNs: 5, // f64
  endNs: 6, // f64
  size: 7, // f64
} as const;

/** Typed views on records that lie one after another; `at` is a record's index. */
export interface RecordViews {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
}

/** Views on memory whose offset is a multiple of 8. */
export function viewRecords(buffer: ArrayBufferLike, byteOffset: number, count: number): RecordViews {
  return {
    u8: new Uint8Array(buffer, byteOffset, count * 64),
    u16: new Uint16Array(buffer, byteOffset, count * 32),
    u32: new Uint32Array(buffer, byteOffset, count * 16),
    f64: new Float64Array(buffer, byteOffset, count * 8),
  };
}

export function readRecord({ u8, u16, u32, f64 }: RecordViews, at: number): JournalRecord {
  const byte = at * 64;
  const half = at * 32;
  const word = at * 16;
  const double = at * 8;
  return {
    kind: u8[byte + layout.kind] ?? 0,
    outcome: u8[byte + layout.outcome] ?? 0,
    errno: u16[half + layout.errno] ?? 0,
    sequence: u32[word + layout.sequence] ?? 0,
    owner: u16[half + layout.owner] ?? 0,
    content: u8[byte + layout.content] ?? 0,
    flags: u8[byte + layout.flags] ?? 0,
    name: u32[word + layout.name] ?? 0,
    target: u32[word + layout.target] ?? 0,
    first: u32[word + layout.first] ?? 0,
    count: u32[word + layout.count] ?? 0,
    generation: u32[word + layout.generation] ?? 0,
    creator: u16[half + layout.creator] ?? 0,
    writer: u16[half + layout.writer] ?? 0,
    incarnation: u32[word + layout.incarnation] ?? 0,
    startNs: f64[double + layout.startNs] ?? 0,
    endNs: f64[double + layout.endNs] ?? 0,
    size: f64[double + layout.size] ?? 0,
  };
}

export function writeRecord({ u8, u16, u32, f64 }: RecordViews, at: number, record: JournalRecord): void {
  const byte = at * 64;
  const half = at * 32;
  const word = at * 16;
  const double = at * 8;
  u8[byte + layout.kind] = record.kind;
  u8[byte + layout.outcome] = record.outcome;
  u16[half + layout.errno] = record.errno;
  u32[word + layout.sequence] = record.sequence;
  u16[half + layout.owner] = record.owner;
  u8[byte + layout.content] = record.content;
  u8[byte + layout.flags] = record.flags;
  u32[word + layout.name] = record.name;
  u32[word + layout.target] = record.target;
  u32[word + layout.first] = record.first;
  u32[word + layout.count] = record.count;
  u32[word + layout.generation] = record.generation;
  u16[half + layout.creator] = record.creator;
  u16[half + layout.writer] = record.writer;
  u32[word + layout.incarnation] = record.incarnation;
  f64[double + layout.startNs] = record.startNs;
  f64[double + layout.endNs] = record.endNs;
  f64[double + layout.size] = record.size;
}
