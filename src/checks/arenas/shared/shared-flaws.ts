/**
 * What is wrong with the chunks of the arena `shared`: in verify, what no write explains, and where hosts differ; else
 * whether all that was written and seen fits one order. The order is asked of the hosts' widest times, and of every
 * host's own operations by its own clock; verify follows the stress by the barrier between them.
 */
import { ownerOfArena } from '../../../model/namespace.ts';
import { contents, type JournalRecord } from '../../../model/record.ts';
import { isTimed, type Evidence } from '../../journal/evidence.ts';
import { groupsOf, presenceOf } from '../presence.ts';
import type { Scan } from '../../verify/scan.ts';
import { mixedIn } from './shared-mix.ts';
import { gatherShared, type SharedAccess, type SharedFile } from './shared-files.ts';
import { zoneConflict, type RegisterOperation } from './zones.ts';

export type SharedCode = 'D01' | 'D04' | 'D05' | 'D06' | 'D07' | 'D08' | 'D10' | 'D11' | 'D12' | 'D21' | 'D22';

export interface SharedFlaw {
  readonly code: SharedCode;
  readonly name: number;
  readonly chunk: number;
  /** Records: what proves it, and last what was seen. */
  readonly ids: readonly number[];
  /** All who wrote to the file did it through one client, and it was seen there. */
  readonly isOfOneClient: boolean;
}

export interface SharedJudgement {
  readonly flaws: readonly SharedFlaw[];
  /** Files that no host read back. */
  readonly unread: readonly number[];
}

export function judgeShared(evidence: Evidence, scan: Scan): SharedJudgement {
  const flaws: SharedFlaw[] = [];
  const unread: number[] = [];
  for (const group of groupsOf(evidence)) {
    for (const file of gatherShared(evidence, group)) {
      if (!file.isKnown || file.hosts.size === 0) continue;
      const presence = presenceOf(evidence, { scan, group }, file.name);
      const isRead = file.accesses.some(({ isVerify }) => isVerify);
      const written = file.accesses.find(({ isWrite }) => isWrite);
      if (isRead) flaws.push(...new Chunks(evidence, file).flaws());
      else if (presence === false && written !== undefined) flaws.push(flaw(file, 'D01', 0, [written]));
      else unread.push(file.name);
    }
  }
  return { flaws, unread };
}

function flaw(file: SharedFile, code: SharedCode, chunk: number, proof: readonly SharedAccess[]): SharedFlaw {
  const hosts = new Set([...file.hosts, ...proof.map(({ host }) => host)]);
  return { code, name: file.name, chunk, ids: proof.map(({ id }) => id), isOfOneClient: hosts.size === 1 };
}

class Chunks {
  readonly #evidence: Evidence;
  readonly #file: SharedFile;
  readonly #byChunk = new Map<number, SharedAccess[]>();
  readonly #byId = new Map<number, SharedAccess>();

  constructor(evidence: Evidence, file: SharedFile) {
    this.#evidence = evidence;
    this.#file = file;
    for (const access of file.accesses) {
      this.#byId.set(access.id, access);
      const { first, count } = access.record;
      const end = Math.min(first + count, evidence.facts.maxChunks);
      for (let chunk = first; chunk < end; chunk++) {
        const known = this.#byChunk.get(chunk);
        if (known === undefined) this.#byChunk.set(chunk, [access]);
        else known.push(access);
      }
    }
  }

  flaws(): readonly SharedFlaw[] {
    return [...this.#byChunk].sort(([a], [b]) => a - b).flatMap(([chunk, all]) => this.#flawOf(chunk, all) ?? []);
  }

  #flawOf(chunk: number, all: readonly SharedAccess[]): SharedFlaw | undefined {
    const file = this.#file;
    const seen = all.filter(({ isVerify }) => isVerify);
    const [first] = seen;
    const written = all.findLast(({ isWrite }) => isWrite);
    if (first === undefined) return written === undefined ? undefined : flaw(file, 'D04', chunk, [written]);
    const other = seen.find(({ record }) => textOf(record) !== textOf(first.record));
    if (other !== undefined) return this.#difference(chunk, seen, [first, other]);
    const values = new Set(all.filter(({ isWrite }) => isWrite).map(({ record }) => valueOf(record)));
    const strange = strangeCode(file, first.record, values);
    if (strange !== undefined) return this.#strange(strange, chunk, all);
    return this.#disorder(chunk, all, values);
  }

  #difference(chunk: number, seen: readonly SharedAccess[], pair: readonly [SharedAccess, SharedAccess]): SharedFlaw {
    for (const one of seen) {
      const before = seen.find(({ host, record }) => host === one.host && textOf(record) !== textOf(one.record));
      if (before !== undefined) return flaw(this.#file, 'D22', chunk, [before, one]);
    }
    return flaw(this.#file, 'D21', chunk, pair);
  }

  #strange(code: SharedCode, chunk: number, all: readonly SharedAccess[]): SharedFlaw {
    const seen = all.filter(({ isVerify }) => isVerify);
    const writes = all.filter(({ isWrite }) => isWrite);
    const [first] = seen;
    const own = writes.filter(({ record }) => first !== undefined && valueOf(record) === valueOf(first.record));
    const isBroken = code === 'D05' && first?.record.content === contents.badBody;
    const other = isBroken ? mixedIn(this.#evidence, { chunk, seen, writes }) : undefined;
    const proof = [...own, ...(other === undefined ? [] : [other]), ...(first === undefined ? [] : [first])];
    return flaw(this.#file, other === undefined ? code : 'D10', chunk, proof);
  }

  #disorder(chunk: number, all: readonly SharedAccess[], values: ReadonlySet<string>): SharedFlaw | undefined {
    // A read that met a write under way may be torn, and one that brought no data says nothing of the register.
    const known = all.filter(
      ({ record, isWrite }) => isWrite || isZeros(record) || isWhole(this.#file, record, values),
    );
    // What verify convicts is not named again for the reads that met it.
    const lasting = known.filter(({ isWrite, isVerify }) => isWrite || isVerify);
    for (const { group, isOwnClock } of [...timelines(lasting), ...timelines(known)]) {
      const operations = group.map((access): RegisterOperation => {
        const value = access.isWrite || !isZeros(access.record) ? valueOf(access.record) : zeros;
        const { start, end } = this.#times(access, isOwnClock);
        return { value, id: access.id, start, end };
      });
      const conflict = zoneConflict([{ value: zeros, id: -1, start: -Infinity, end: -Infinity }, ...operations]);
      if (conflict === undefined) continue;
      const { known: before, other, again } = conflict;
      const proof = [before, other, again].flatMap(({ id }) => this.#byId.get(id) ?? []);
      const late = this.#byId.get(again.id);
      const code = late?.isVerify !== true ? 'D12' : again.value === zeros ? 'D11' : 'D04';
      return flaw(this.#file, code, chunk, proof);
    }
    return undefined;
  }

  /** On the host's own clock, or as wide as the controller knows them. */
  #times(
    { record, host, isVerify }: SharedAccess,
    isOwnClock: boolean,
  ): { readonly start: number; readonly end: number } {
    if (isVerify) return { start: Infinity, end: Infinity };
    const { startNs, endNs } = record;
    if (isOwnClock && isTimed(this.#evidence, host)) return { start: startNs, end: endNs };
    const clock = isOwnClock ? undefined : this.#evidence.hosts[host]?.clock;
    return {
      start: clock?.toController(startNs)?.low ?? -Infinity,
      end: clock?.toController(endNs)?.high ?? Number.MAX_VALUE,
    };
  }
}

/** All on the controller's clock, and each host's own on its. */
function timelines(all: readonly SharedAccess[]): readonly { group: readonly SharedAccess[]; isOwnClock: boolean }[] {
  const hosts = [...new Set(all.map(({ host }) => host))];
  const own = hosts.map((host) => ({ group: all.filter((access) => access.host === host), isOwnClock: true }));
  return [{ group: all, isOwnClock: false }, ...own];
}

const zeros = 'zeros';

/** Every write has a number of its own, which is the generation in its stamp. */
function valueOf({ writer, generation }: JournalRecord): string {
  return `${writer}/${generation}`;
}

function isZeros({ content }: JournalRecord): boolean {
  return content === contents.zeros;
}

function isWhole({ name }: SharedFile, record: JournalRecord, values: ReadonlySet<string>): boolean {
  const { content, creator, incarnation } = record;
  const isOfFile = creator === ownerOfArena('shared') && incarnation === name;
  return content === contents.data && isOfFile && values.has(valueOf(record));
}

/** What no write of this chunk explains. */
function strangeCode(file: SharedFile, record: JournalRecord, values: ReadonlySet<string>): SharedCode | undefined {
  if (isZeros(record) || isWhole(file, record, values)) return undefined;
  if (record.content === contents.foreign) return 'D08';
  const isOfFile = record.creator === ownerOfArena('shared') && record.incarnation === file.name;
  if (record.content === contents.data && !isOfFile) return 'D07';
  if (record.content === contents.misplaced) return isOfFile ? 'D06' : 'D07';
  return 'D05';
}

function textOf({ content, writer, generation, creator, incarnation, target }: JournalRecord): string {
  return [content, writer, generation, creator, incarnation, target].join('/');
}
