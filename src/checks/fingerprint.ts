/**
 * The strongest consistency that a run satisfied. The same evidence is judged again under each model: what is PROVEN there breaks
 * it, also where the declared one allows it. What nobody looked at can have broken nothing, and is said.
 */
import { consistencies, type Consistency } from '../model/consistency.ts';
import type { Found } from './findings/fold.ts';
import type { Breach, Fingerprint, Looks, ModelHold } from '../model/fingerprint.ts';
import type { Check } from './check.ts';
import { hostOf } from './journal/evidence.ts';
import { regraded, type History } from './history.ts';
import { kindTable } from './journal/kinds.ts';
import { inStress } from './journal/phases.ts';
import type { Slice } from './journal/record-log.ts';
import { recordKinds } from '../model/record.ts';
import { arenas, ownerOfArena, type Arena } from '../model/namespace.ts';
import { clauseOf } from './findings/promise.ts';

export interface Examined {
  readonly history: History;
  readonly checks: readonly Check[];
  /** Under the declared consistency. */
  readonly findings: readonly Found[];
}

/** Of a part of a run. */
export interface FingerprintPart {
  readonly models: readonly ModelHold[];
  readonly looks: PartLooks;
}

export function fingerprintPartOf(examined: Examined): FingerprintPart {
  return { models: heldModels(examined), looks: looksOf(examined.history) };
}

/** A model that broke in any part has broken: the first breach, in the order of the codes, stands for all of them. */
export function joinFingerprint(
  declared: Consistency,
  parts: readonly FingerprintPart[],
  codes: readonly string[],
): Fingerprint {
  const models = consistencies.map((model) => joinedModel(model, parts, codes));
  const held = models.filter(({ isHeld }) => isHeld).map(({ model }) => model);
  const looks = joinedLooks(parts.map((part) => part.looks));
  return {
    declared,
    strongest: held.filter((model) => !held.some((other) => isStronger(other, model))),
    models,
    looks,
    untested: untestedOf(looks),
  };
}

export function fingerprintOf(examined: Examined): Fingerprint {
  const codes = examined.checks.map(({ code }) => code);
  return joinFingerprint(examined.history.consistency, [fingerprintPartOf(examined)], codes);
}

function joinedModel(model: Consistency, parts: readonly FingerprintPart[], codes: readonly string[]): ModelHold {
  const breaches = parts.flatMap((part) => part.models.find((one) => one.model === model)?.breach ?? []);
  const [first] = breaches.toSorted((a, b) => codes.indexOf(a.code) - codes.indexOf(b.code));
  if (first === undefined) return { model, isHeld: true };
  const count = breaches.reduce((sum, breach) => sum + breach.count, 0);
  return { model, isHeld: false, breach: { ...first, count } };
}

/** Close-to-open and smb promise different things. */
const ranks: Readonly<Record<Consistency, number>> = { posix: 2, 'close-to-open': 1, smb: 1, eventual: 0 };

function isStronger(a: Consistency, b: Consistency): boolean {
  return ranks[a] > ranks[b];
}

/** What a stronger one allows, a weaker one does too: so one that held speaks for those below it. */
function heldModels(examined: Examined): ModelHold[] {
  const models: ModelHold[] = [];
  for (const model of consistencies) {
    const isImplied = models.some((other) => other.isHeld && isStronger(other.model, model));
    const breach = isImplied ? undefined : breachOf(examined, model);
    models.push({ model, isHeld: breach === undefined, ...(breach === undefined ? {} : { breach }) });
  }
  return models;
}

function breachOf({ history, checks, findings }: Examined, model: Consistency): Breach | undefined {
  const judged = model === history.consistency ? findings : examineAs(history, checks, model);
  const proven = judged.filter(({ grade, code }) => grade === 'proven' && !code.startsWith('H'));
  const [first] = proven;
  if (first === undefined) return undefined;
  const { code, host, file, offset, expected, found, witness, edges } = first;
  return {
    code,
    clause: clauseOf(model, code),
    count: proven.reduce((sum, { more = 0 }) => sum + 1 + more, 0),
    host,
    file,
    ...(offset === undefined ? {} : { offset }),
    expected,
    found,
    witness,
    ...(edges === undefined ? {} : { edges }),
  };
}

function examineAs(history: History, checks: readonly Check[], model: Consistency): readonly Found[] {
  const again = regraded(history, model);
  // One that crashes ends all of it: what it would have found may have broken the model.
  return checks.flatMap((check) => (check.code.startsWith('H') ? [] : check.examine(again)));
}

/** Like Looks; hosts by index, as another part may have the same. */
interface PartLooks extends Omit<Looks, 'hosts'> {
  readonly hosts: readonly number[];
}

function looksOf(history: History): PartLooks {
  const looks = { reads: 0, stats: 0, listings: 0, shared: 0, appends: 0, locks: 0, race: 0 };
  const hosts = new Set<number>();
  const { log, facts } = history;
  /** By kind and outcome, what was done from other hosts. */
  const counts = new Float64Array(256);
  for (const owner of history.trees) {
    const home = hostOf(facts, owner);
    for (const slice of log.slices(owner, inStress)) {
      const { host } = slice.segment;
      hosts.add(host);
      if (host !== home && !facts.isLocal) countTags(counts, log.tags, slice);
    }
    if (history.tree(owner).isWhole) looks.reads += history.staleSearch(owner).latencies.readsAfterChange;
  }
  looks.stats = countOf(counts, stats);
  looks.listings = countOf(counts, listings);
  for (const arena of arenas) {
    const { count, hosts: there } = visitsOf(history, arena);
    for (const host of there) hosts.add(host);
    // Who was there alone can't have met anybody.
    if (there.size > 1 && !history.facts.isLocal) looks[arena === 'append' ? 'appends' : arena] = count;
  }
  return { ...looks, hosts: [...hosts] };
}

function countTags(counts: Float64Array, tags: Uint8Array, { start, end }: Slice): void {
  for (let at = start; at < end; at++) counts[tags[at] ?? 0] = (counts[tags[at] ?? 0] ?? 0) + 1;
}

const stats = kindTable([recordKinds.stat]);
const listings = kindTable([recordKinds.list]);

function countOf(counts: Float64Array, tags: Uint8Array): number {
  return counts.reduce((sum, count, tag) => sum + count * (tags[tag] ?? 0), 0);
}

function visitsOf({ log }: History, arena: Arena): { readonly count: number; readonly hosts: ReadonlySet<number> } {
  const hosts = new Set<number>();
  let count = 0;
  for (const { segment, start, end } of log.slices(ownerOfArena(arena), inStress)) {
    hosts.add(segment.host);
    count += end - start;
  }
  return { count, hosts };
}

function joinedLooks(parts: readonly PartLooks[]): Looks {
  const total = (look: Exclude<keyof Looks, 'hosts'>): number => parts.reduce((sum, part) => sum + part[look], 0);
  return {
    hosts: new Set(parts.flatMap(({ hosts }) => hosts)).size,
    reads: total('reads'),
    stats: total('stats'),
    listings: total('listings'),
    shared: total('shared'),
    appends: total('appends'),
    locks: total('locks'),
    race: total('race'),
  };
}

function untestedOf({ hosts, ...looks }: Looks): string[] {
  if (hosts < 2) return ['anything between clients: there was one only'];
  const lacks: readonly (readonly [keyof typeof looks, string])[] = [
    ['reads', 'data that another host had changed before: no read certainly came after a change'],
    ['stats', "attributes of another host's files: nobody asked for any"],
    ['listings', "listings of another host's folders: nobody asked for any"],
    ['shared', 'chunks that several hosts write'],
    ['appends', 'files that several hosts append to'],
    ['locks', 'locks between hosts'],
    ['race', 'names that several hosts make and remove'],
  ];
  return lacks.filter(([look]) => looks[look] === 0).map(([, text]) => text);
}
