/** Kinds of records that many checks ask for together, each set with its one name, so that a new operation is added to it once. */
import { outcomes, recordKinds } from '../../model/record.ts';

type Kinds = ReadonlySet<number>;

/** What stores stamped chunks. */
export const writeKinds: Kinds = new Set([recordKinds.write, recordKinds.append]);

/** What gives and takes room, by calls of which a part may be done. */
export const extentKinds: Kinds = new Set([recordKinds.fallocate, recordKinds.punchHole]);

/** What may change the bytes of a file, or how many there are. A copy does it to the file that it makes. */
export const contentKinds: Kinds = new Set([...writeKinds, recordKinds.truncate, ...extentKinds, recordKinds.copy]);

/** What sets an attribute of a file and moves no byte of it. */
export const attributeKinds: Kinds = new Set([recordKinds.chmod, recordKinds.utimes, recordKinds.setxattr]);

/** What makes the content of a file last. Its error may be the only word of a loss. */
export const syncKinds: Kinds = new Set([recordKinds.fsync, recordKinds.fdatasync]);

export const renameKinds: Kinds = new Set([recordKinds.rename, recordKinds.renameOnto]);

/** What saw chunks, in stress or verify. */
export const readKinds: Kinds = new Set([recordKinds.read, recordKinds.observe, recordKinds.scanRead]);

/** Further records of the operation before them: it was done once, and they took no time of their own. */
export const continuedKinds: Kinds = new Set([recordKinds.observe, recordKinds.listed]);

/** A set as a table of tags, or of kinds: asked of every record of a run, where a Set takes longer than all else. */
export function kindTable(kinds: Iterable<number>): Uint8Array {
  const table = new Uint8Array(256);
  for (const kind of kinds) for (const outcome of Object.values(outcomes)) table[tagOf(kind, outcome)] = 1;
  return table;
}

/** Those of them that took effect, as a table of tags. */
export function okTable(kinds: Iterable<number>): Uint8Array {
  const table = new Uint8Array(256);
  for (const kind of kinds) table[tagOf(kind, outcomes.ok)] = 1;
  return table;
}

/** Those of them that returned an error, as a table of tags. */
export function errorTable(kinds: Iterable<number> = everyKind): Uint8Array {
  const table = new Uint8Array(256);
  for (const kind of kinds) table[tagOf(kind, outcomes.error)] = 1;
  return table;
}

/** Those that returned an error, or had no answer. */
export function unsureTable(kinds: Iterable<number>): Uint8Array {
  const table = new Uint8Array(256);
  for (const kind of kinds) {
    for (const outcome of [outcomes.error, outcomes.pending]) table[tagOf(kind, outcome)] = 1;
  }
  return table;
}

export function joinTables(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((is, tag) => is | (b[tag] ?? 0));
}

/** All kinds but these, as a table of tags. */
export function otherKinds(kinds: Kinds): Uint8Array {
  return kindTable(everyKind.filter((kind) => !kinds.has(kind)));
}

/** A record's kind and outcome in a byte, by which most records are passed over. What is neither success nor an error is no answer. */
export function tagOf(kind: number, outcome: number): number {
  return kind + kindLimit * (outcome === outcomes.ok || outcome === outcomes.error ? outcome : outcomes.pending);
}

/** Records of kinds that there aren't are refused, and there are fewer than this. */
const kindLimit = 64;
const everyKind = Array.from({ length: kindLimit }, (_, kind) => kind);
