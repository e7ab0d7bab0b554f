/** Findings in plain words: who did what, what had to be there, what was there. */
import { errnoNameOf } from '../../model/errno.ts';
import type { Witness } from '../../model/witness.ts';
import { contents, kindName, outcomes, readFlags, recordKinds, type JournalRecord } from '../../model/record.ts';
import { arenaOf, folderOf, pathOf } from '../../model/namespace.ts';
import { lockFlags, lockFolders } from '../../model/locks.ts';
import { isStampedCut } from '../tree/classify.ts';
import { hostOf } from '../journal/evidence.ts';
import type { History } from '../history.ts';
import type { Entry } from '../journal/record-log.ts';
import type { Tree } from '../tree/tree.ts';

/** `a/3`: worker 3 of host a. */
export function workerName({ facts, hosts }: History, worker: number): string {
  return `${hosts[hostOf(facts, worker)]?.name ?? 'unknown host'}/${worker % facts.workers}`;
}

export function hostName(history: History, host: number): string {
  return history.hosts[host]?.name ?? `host ${host}`;
}

/** What the history says of one chunk: `chunk 3, generation 7 of own/0002/d1/f004, written by a/3 as its operation 812`. */
export function expectedChunk(
  history: History,
  at: { readonly owner: number; readonly name: number; readonly chunk: number; readonly life?: number | undefined },
  generation: number | undefined,
): string {
  const path = pathOf(at.owner, at.name);
  if (generation === undefined) return `chunk ${at.chunk} of ${path}`;
  if (generation === 0) return `zeros in chunk ${at.chunk} of ${path}${zerosBy(history, at)}`;
  const written = at.life === undefined ? undefined : history.writes(at.owner).find(at.life, at.chunk, generation);
  const by =
    written === undefined
      ? ''
      : `, written by ${workerName(history, written.worker)} as its operation ${written.record.sequence}`;
  const end = history.tree(at.owner).names.get(at.name)?.life?.cuts.get(at.chunk)?.end;
  const part = end === undefined ? '' : `the first ${end} bytes of `;
  return `${part}chunk ${at.chunk}, generation ${generation} of ${path}${by}`;
}

/** Whose zeros. */
function zerosBy(
  history: History,
  at: { readonly owner: number; readonly name: number; readonly chunk: number },
): string {
  const life = history.tree(at.owner).names.get(at.name)?.life;
  const change = life === undefined ? undefined : history.writes(at.owner).change(life, life.changes[at.chunk] ?? 0);
  if (change === undefined) return ', which a truncate or a hole made';
  const by = `${workerName(history, change.worker)} in its operation ${change.record.sequence}`;
  return change.record.kind === recordKinds.punchHole
    ? `, where a hole was punched by ${by}`
    : `, where the file was extended by ${by}`;
}

/** What a read found in place of a chunk. */
export function foundChunk(history: History, record: JournalRecord, chunk: number): string {
  switch (record.content) {
    case contents.zeros:
      return 'zeros';
    case contents.unreadable:
      return 'bytes without a readable stamp';
    case contents.foreign:
      return `a stamp of another run (tag ${record.target.toString(16).padStart(8, '0')})`;
    case contents.cut:
      return cutText(history, record, chunk);
    case contents.badBody:
      return `the stamp of ${stampText(history, record, chunk)}, over another body`;
    case contents.misplaced:
      return stampText(history, record, record.target);
    default:
      return stampText(history, record, chunk);
  }
}

function cutText(history: History, record: JournalRecord, chunk: number): string {
  const what = isStampedCut(record) ? stampText(history, record, chunk) : 'a stamp';
  return `the first ${record.target} bytes of ${what}, and zeros or nothing behind`;
}

function stampText(history: History, record: JournalRecord, chunk: number): string {
  const { creator, incarnation, generation, writer } = record;
  return `chunk ${chunk}, generation ${generation} of ${fileText(history, creator, incarnation)}, written by ${workerName(history, writer)}`;
}

/** The path of an incarnation where it is still there, else who created it. */
function fileText(history: History, creator: number, incarnation: number): string {
  const name = creator < history.owners ? nameOfFile(history.home(creator).tree(creator), incarnation) : undefined;
  if (name !== undefined) return pathOf(creator, name);
  return `the file that ${workerName(history, creator)} created as its operation ${incarnation}`;
}

function nameOfFile({ names }: Tree, incarnation: number): number | undefined {
  for (const [name, { isClouded, life }] of names) if (!isClouded && life?.operation === incarnation) return name;
  return undefined;
}

/** A line of a file that many append to: `line 7 of a/3, 120 bytes`. */
export function lineText(history: History, { first, writer, count }: JournalRecord): string {
  return `line ${first} of ${workerName(history, writer)}, ${count} bytes`;
}

/** An operation that takes part in a proof. Its times are the widest that the clock bounds allow. */
export function witness(history: History, entry: Entry, seen?: string): Witness {
  const { record } = entry;
  const clock = history.hosts[entry.host]?.clock;
  const start = clock?.toController(record.startNs);
  const end = clock?.toController(record.endNs);
  return {
    host: hostName(history, entry.host),
    worker: entry.worker % history.facts.workers,
    sequence: record.sequence,
    operation: kindName(record.kind),
    did: seen === undefined ? didText(record) : `${didText(record)}: ${seen}`,
    ...(start === undefined ? {} : { startNs: start.low, startNsMax: start.high }),
    ...(end === undefined ? {} : { endNsMin: end.low, endNs: end.high }),
  };
}

/** Of a file of the arena `locks`, or of a range of it. */
function lockText({ owner, name, first }: JournalRecord): string {
  const path = pathOf(owner, name);
  return folderOf(name) === lockFolders.whole ? path : `range ${first} of ${path}`;
}

function lockVerb({ flags, outcome }: JournalRecord): string {
  const kind = (flags & lockFlags.isShared) === 0 ? 'an exclusive' : 'a shared';
  return `${outcome === outcomes.ok ? 'got' : 'was refused'} ${kind} lock of`;
}

function counterText(record: JournalRecord): string {
  const verb = record.kind === recordKinds.write ? 'wrote' : 'read';
  const number = record.content === contents.unreadable ? 'no counter' : `counter ${record.generation}`;
  return `${verb} ${number} of ${lockText(record)}`;
}

function didText(record: JournalRecord): string {
  const isCounter = record.kind === recordKinds.read || record.kind === recordKinds.write;
  if (isCounter && arenaOf(record.owner) === 'locks') return counterText(record);
  const path = pathOf(record.owner, record.name);
  const chunks =
    record.count === 1 ? `chunk ${record.first}` : `chunks ${record.first}-${record.first + record.count - 1}`;
  switch (record.kind) {
    case recordKinds.lock:
      return `${lockVerb(record)} ${lockText(record)}`;
    case recordKinds.unlock:
      return `released the lock of ${lockText(record)}`;
    case recordKinds.append:
      return `appended ${chunks}, generation ${record.generation} of ${path}${pastCache(record)}`;
    case recordKinds.addLine:
      return `appended line ${record.first}, ${record.count} bytes, to ${path}`;
    case recordKinds.scanLines:
      return `read the ${record.size} bytes of ${path}`;
    case recordKinds.lines:
    case recordKinds.noLine:
      return `read ${path}, at byte ${record.incarnation}`;
    case recordKinds.fsync:
    case recordKinds.fdatasync:
    case recordKinds.fsyncFolder:
      return `synced ${path}`;
    case recordKinds.copy:
      return `copied ${path} with ${record.size} bytes to ${pathOf(record.owner, record.target)}`;
    case recordKinds.renameOnto:
      return `renamed ${path} onto ${pathOf(record.owner, record.target)}`;
    case recordKinds.write:
      return `wrote ${chunks}, generation ${record.generation} of ${path}${pastCache(record)}`;
    case recordKinds.truncate:
      return `truncated ${path} to ${record.size} bytes, generation ${record.generation}`;
    case recordKinds.touch:
      return `created ${path}`;
    case recordKinds.link:
      return `linked ${pathOf(record.owner, record.target)} as ${path}`;
    case recordKinds.symlink:
      return `made the symbolic link ${path}`;
    case recordKinds.chmod:
      return `gave ${path} the mode ${record.generation.toString(8)}`;
    case recordKinds.utimes:
      return `set the time of ${path}`;
    case recordKinds.setxattr:
      return record.generation === 0 ? `removed the attribute of ${path}` : `set the attribute of ${path}`;
    case recordKinds.fallocate:
      return `allocated ${chunks} of ${path}`;
    case recordKinds.punchHole:
      return `made zeros of ${chunks}, generation ${record.generation} of ${path}`;
    case recordKinds.getxattr:
      return `looked at the attribute of ${path}`;
    case recordKinds.stat:
      return `looked at ${path}`;
    case recordKinds.mkdir:
      return `made the folder ${path}`;
    case recordKinds.rename:
      return `renamed ${path} to ${pathOf(record.owner, record.target)}`;
    case recordKinds.delete:
    case recordKinds.rmdir:
      return `removed ${path}`;
    case recordKinds.list:
    case recordKinds.scanList:
      return record.outcome === outcomes.ok ? `listed ${path}` : `listed ${path}: ${errnoNameOf(record.errno, '')}`;
    case recordKinds.scanEntry:
      return `found ${path} with ${record.size} bytes`;
    default:
      return `read ${chunks} of ${path}${pastCache(record)}`;
  }
}

function pastCache({ flags }: JournalRecord): string {
  return (flags & readFlags.direct) === 0 ? '' : ' (O_DIRECT)';
}
