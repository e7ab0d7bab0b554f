/**
 * Violations planted in a correct run: one observation is changed so that it can't be right, by program order, by the clock of
 * its host or by what is known of two clocks. False where the run offers no place for it.
 */
import { stressPhase } from '../../src/checks/journal/phases.ts';
import { contents, outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { caseChunkBytes } from './case-history.ts';
import { racingFacts, racingNames, type Drafted } from './racing-disk.ts';
import type { RacingRun } from './racing-file-system.ts';
import type { OwnerOperation } from './racing-owner.ts';

export const plantable = ['D12', 'D13', 'D14', 'D15', 'D17', 'N01', 'N02', 'N03', 'V03'] as const;
export type Plantable = (typeof plantable)[number];

export function plant(run: RacingRun, code: Plantable): boolean {
  for (const [worker, drafts] of run.workers.entries()) {
    for (const draft of drafts) {
      if (draft.phase === stressPhase && plantIn({ run, worker, drafts, draft }, code)) return true;
    }
  }
  return false;
}

interface Place {
  readonly run: RacingRun;
  readonly worker: number;
  readonly drafts: readonly Drafted[];
  readonly draft: Drafted;
}

function plantIn(place: Place, code: Plantable): boolean {
  switch (code) {
    case 'D12':
    case 'D13':
    case 'D14':
      return plantOld(place, code);
    case 'D15':
      return plantFuture(place);
    case 'D17':
      return plantShort(place);
    case 'N01':
    case 'N02':
    case 'N03':
      return plantListing(place, code);
    case 'V03':
      return plantSize(place);
  }
}

function plantOld({ run, worker, drafts, draft }: Place, code: 'D12' | 'D13' | 'D14'): boolean {
  for (const [at, seen] of [draft.record, ...draft.more].entries()) {
    if (!isData(seen)) continue;
    const newer = writeOf(run, seen, seen.generation);
    const older = run.operations.map(({ record }) => record).find((write) => isJustOlder(write, seen));
    if (newer === undefined || older === undefined || !isJudged(run, worker, seen)) continue;
    const isOwn = worker === 0;
    const isSure = isBefore(run, { worker: 0, atNs: newer.endNs }, { worker, atNs: seen.startNs });
    const isUnderWay = newer.endNs >= seen.startNs;
    const hasSeen = drafts
      .slice(0, drafts.indexOf(draft))
      .some((earlier) =>
        [earlier.record, ...earlier.more].some((one) => isSame(one, seen) && isJudged(run, worker, one)),
      );
    const isPlace = code === 'D14' ? isOwn : !isOwn && (code === 'D12' ? isSure : isUnderWay && hasSeen);
    if (!isPlace) continue;
    const old = { ...seen, generation: older.generation };
    if (at === 0) draft.record = old;
    else draft.more = draft.more.with(at - 1, old);
    return true;
  }
  return false;
}

/** By program order or the clock of the owner's host: between hosts nothing but bounds could tell. */
function plantFuture({ run, worker, draft }: Place): boolean {
  if (worker >= racingFacts.workers) return false;
  for (const [at, seen] of [draft.record, ...draft.more].entries()) {
    if (!isData(seen) || !isJudged(run, worker, seen)) continue;
    const later = run.operations
      .map(({ record }) => record)
      .find((write) => covers(write, seen.first, seen.incarnation) && write.startNs > seen.endNs + 1);
    if (later === undefined) continue;
    const future = { ...seen, generation: later.generation };
    if (at === 0) draft.record = future;
    else draft.more = draft.more.with(at - 1, future);
    return true;
  }
  return false;
}

/** Under a name that ever held a copy only while it certainly holds the file itself: a copy shows its source as it was. */
function isJudged(run: RacingRun, worker: number, seen: JournalRecord): boolean {
  const changes = run.operations.map(({ record }) => record);
  const copies = new Set(changes.filter(({ kind }) => kind === recordKinds.copy).map(({ sequence }) => sequence));
  const bound = changes.map((change) => boundBy(change, seen.name)).filter((file) => file !== undefined);
  if (!bound.some((file) => file !== seen.incarnation && copies.has(file))) return true;
  const before = changes.filter((change) => isBefore(run, endOf(change), { worker, atNs: seen.startNs }));
  const after = changes.findIndex((change) => isBefore(run, { worker, atNs: seen.endNs }, startOf(change)));
  const during = changes.slice(before.length, after < 0 ? undefined : after);
  const isSteady = during.every((change) => boundBy(change, seen.name) === undefined);
  const last = before.map((change) => boundBy(change, seen.name)).findLast((file) => file !== undefined);
  return isSteady && last === seen.incarnation;
}

/** What a change leaves under a name, 0 for nothing; undefined where it leaves that as it was. */
function boundBy({ kind, name, target, sequence, incarnation }: JournalRecord, at: number): number | undefined {
  const isTarget = target === at;
  switch (kind) {
    case recordKinds.touch:
      return name === at ? sequence : undefined;
    case recordKinds.delete:
      return name === at ? 0 : undefined;
    case recordKinds.copy:
      return isTarget ? sequence : undefined;
    case recordKinds.rename:
    case recordKinds.renameOnto:
      return isTarget ? incarnation : name === at ? 0 : undefined;
    default:
      return undefined;
  }
}

function isData({ kind, content }: JournalRecord): boolean {
  return (kind === recordKinds.read || kind === recordKinds.observe) && content === contents.data;
}

function isSame(one: JournalRecord, other: JournalRecord): boolean {
  return (
    isData(one) &&
    one.first === other.first &&
    one.incarnation === other.incarnation &&
    one.generation === other.generation
  );
}

function writeOf(
  { operations }: { readonly operations: readonly OwnerOperation[] },
  { first, incarnation }: JournalRecord,
  generation: number,
): JournalRecord | undefined {
  return operations
    .map(({ record }) => record)
    .find((write) => covers(write, first, incarnation) && write.generation === generation);
}

function covers(write: JournalRecord, chunk: number, incarnation: number): boolean {
  const isWrite = write.kind === recordKinds.write || write.kind === recordKinds.append;
  return isWrite && write.incarnation === incarnation && chunk >= write.first && chunk < write.first + write.count;
}

/** With no change in between, which would prove more than is wanted. */
function isJustOlder(write: JournalRecord, { first, incarnation, generation }: JournalRecord): boolean {
  return covers(write, first, incarnation) && write.generation === generation - 1;
}

function isQuiet({ run, worker, draft }: Place): boolean {
  const start = { worker, atNs: draft.record.startNs };
  const end = { worker, atNs: draft.record.endNs };
  return run.operations.every(
    ({ record }) => isBefore(run, endOf(record), start) || isBefore(run, end, startOf(record)),
  );
}

interface Edge {
  readonly worker: number;
  /** True time. */
  readonly atNs: number;
}

function startOf({ startNs }: JournalRecord): Edge {
  return { worker: 0, atNs: startNs };
}

function endOf({ endNs }: JournalRecord): Edge {
  return { worker: 0, atNs: endNs };
}

/** As far as that can be known. */
function isBefore({ hosts, clocks }: RacingRun, a: Edge, b: Edge): boolean {
  if (a.worker === b.worker) return a.atNs < b.atNs;
  const [hostA, hostB] = [a, b].map(({ worker }) => Math.floor(worker / racingFacts.workers));
  const [timeA = NaN, timeB = NaN] = [hosts[hostA ?? 0]?.at(a.atNs), hosts[hostB ?? 0]?.at(b.atNs)];
  if (hostA === hostB) return timeA < timeB;
  const end = clocks[hostA ?? 0]?.toController(timeA)?.high ?? Infinity;
  return end < (clocks[hostB ?? 0]?.toController(timeB)?.low ?? -Infinity);
}

function plantShort(place: Place): boolean {
  const { draft } = place;
  const { kind, size, flags } = draft.record;
  if (kind !== recordKinds.read || size < 2 * caseChunkBytes || !isQuiet(place)) return false;
  draft.record = { ...draft.record, size: size - caseChunkBytes, flags: flags | readFlags.short };
  draft.more = draft.more.slice(0, -1);
  return true;
}

function plantSize(place: Place): boolean {
  const { draft } = place;
  const { kind, size, outcome } = draft.record;
  if (kind !== recordKinds.stat || outcome !== outcomes.ok || !isQuiet(place)) return false;
  draft.record = { ...draft.record, size: size + caseChunkBytes };
  return true;
}

function plantListing(place: Place, code: 'N01' | 'N02' | 'N03'): boolean {
  const { draft } = place;
  if (draft.record.kind !== recordKinds.list || !isQuiet(place)) return false;
  const [run] = draft.more;
  switch (code) {
    case 'N01':
      if (run?.count !== 1) return false;
      draft.more = draft.more.slice(1);
      draft.record = { ...draft.record, count: draft.record.count - 1 };
      return true;
    case 'N02':
      if (run === undefined) return false;
      draft.more = [run, ...draft.more];
      draft.record = { ...draft.record, count: draft.record.count + run.count };
      return true;
    case 'N03': {
      const seen = new Set(
        draft.more.flatMap(({ name, count }) => Array.from({ length: count }, (_, at) => name + at)),
      );
      const absent = racingNames.find((name) => name >> 16 === draft.record.name >> 16 && !seen.has(name));
      if (absent === undefined) return false;
      draft.more = [...draft.more, { ...draft.record, kind: recordKinds.listed, name: absent, count: 1 }];
      draft.record = { ...draft.record, count: draft.record.count + 1 };
      return true;
    }
  }
}
