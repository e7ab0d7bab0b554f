/**
 * Names that a crash should have left otherwise. What was under a name when its folder was last synced, or at any time
 * since, may be there after it; where all of that is something, there must be something, and where all of it is nothing, nothing.
 */
import type { Promised } from '../../model/durability.ts';
import { objectOf } from '../../model/namespace.ts';
import { hostOf, type Evidence } from '../journal/evidence.ts';
import { renameKinds } from '../journal/kinds.ts';
import type { Scan } from '../verify/scan.ts';
import { stepValues } from '../order/steps.ts';
import { standings, type Standing } from '../tree/survival.ts';
import type { NameState, Tree } from '../tree/tree.ts';

export interface CrashedName {
  /** C03 where a rename brought the name, or took it away. */
  readonly code: 'C03' | 'C04';
  readonly name: number;
  readonly what: 'gone' | 'back' | 'both' | 'neither';
  readonly promised: Promised;
  readonly host: number;
  /** The change that must have survived, then what shows that it has not. */
  readonly ids: readonly number[];
}

export function findCrashedNames(evidence: Evidence, tree: Tree, scan: Scan): readonly CrashedName[] {
  const { crash } = tree;
  if (crash === undefined || !tree.isWhole) return [];
  const found: CrashedName[] = [];
  /** A rename that is lost shows twice: at its old name, and at its new one. */
  const renames = new Set<number>();
  for (const [name, state] of [...tree.names].sort(([a], [b]) => a - b)) {
    if (state.isClouded) continue;
    const one = judge({ evidence, tree, scan }, name, state);
    if (one === undefined) continue;
    const [id = -1] = one.ids;
    const isAgain = one.code === 'C03' && renames.has(id);
    if (one.code === 'C03') renames.add(id);
    if (!isAgain) found.push(one);
  }
  return found;
}

interface Given {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly scan: Scan;
}

function judge(given: Given, name: number, state: NameState): CrashedName | undefined {
  const { tree, scan } = given;
  const durability = tree.crash?.durability;
  const all = standings(tree, name, state);
  const [synced] = all;
  const view = viewOf(given, name, scan);
  if (durability === undefined || synced === undefined || view === undefined) return undefined;
  const [host, ...ids] = [view.host, view.id];
  const isRename = isRenamed(given, synced.id);
  const change = { code: isRename ? 'C03' : 'C04', name, host, ids: [synced.id, ...ids] } as const;
  if (!view.isThere && all.every(isSomething)) return { ...change, what: 'gone', promised: durability.synced };
  // What never was there is a phantom.
  if (view.isThere && synced.id >= 0 && all.every(isNothing))
    return { ...change, what: 'back', promised: durability.synced };
  const last = all.at(-1);
  if (last === undefined || all.length !== 2) return undefined;
  if (isRenamed(given, last.id)) return judgeRename(given, { name, state, all }, view);
  // Its own fsync makes a new file's entry last on all that we know, though nobody promises it.
  const isSupposed = durability.synced === 'promised' && isNothing(synced) && last.value > 0;
  if (view.isThere || !isSupposed || state.fileSynced <= last.id) return undefined;
  return { code: 'C04', name, host, ids: [last.id, ...ids], what: 'gone', promised: 'supposed' };
}

/** Not synced, a rename may be lost, but file systems do it whole or not at all, though nobody promises it after a crash. */
function judgeRename(
  given: Given,
  { name, state, all }: { readonly name: number; readonly state: NameState; readonly all: readonly Standing[] },
  view: View,
): CrashedName | undefined {
  const { evidence, tree, scan } = given;
  const [before, after] = all;
  const record = after === undefined ? undefined : evidence.log.entry(after.id)?.record;
  const target = record === undefined ? undefined : tree.names.get(record.target);
  if (before === undefined || after === undefined || record?.name !== name || target === undefined) return undefined;
  const there = standings(tree, record.target, target);
  const [free, came] = there;
  const isPlain = isSomething(before) && isNothing(after) && state.changed === after.id && target.changed === after.id;
  const isFree = there.length === 2 && free !== undefined && isNothing(free) && came?.id === after.id;
  const other = viewOf(given, record.target, scan);
  if (!isPlain || !isFree || target.isClouded || other === undefined || other.isThere !== view.isThere)
    return undefined;
  const what = view.isThere ? 'both' : 'neither';
  return { code: 'C03', name, what, promised: 'supposed', host: view.host, ids: [after.id, view.id, other.id] };
}

function isRenamed({ evidence }: Given, id: number): boolean {
  return id >= 0 && renameKinds.has(evidence.log.entry(id)?.record.kind ?? 0);
}

function isSomething({ value }: Standing): boolean {
  return value > 0 || value === stepValues.folder;
}

function isNothing({ value }: Standing): boolean {
  return value === stepValues.nothing;
}

interface View {
  readonly isThere: boolean;
  readonly host: number;
  /** The record that shows it. */
  readonly id: number;
}

/** What all hosts see alike in their last listings; undefined where they don't, or where not all looked who may see it first. */
function viewOf({ evidence, tree }: Given, name: number, scan: Scan): View | undefined {
  const listings = scan.finalListings(objectOf(name).folder);
  const sightings = (scan.names.get(name) ?? []).filter(({ host, pass }) =>
    listings.some((listing) => listing.host === host && listing.pass === pass),
  );
  const seen = sightings.find(({ isGone }) => !isGone);
  if (seen !== undefined) {
    const isAlike = listings.every(({ host }) => sightings.some((one) => one.host === host && !one.isGone));
    return isAlike ? { isThere: true, host: seen.host, id: seen.id } : undefined;
  }
  const [first] = listings;
  const isWhole = first !== undefined && sightings.length === 0 && listings.every(({ isComplete }) => isComplete);
  const isOwners = listings.some(({ host }) => host === hostOf(evidence.facts, tree.owner));
  const isCertain = evidence.consistency === 'posix' || isOwners || listings.length === evidence.hosts.length;
  return isWhole && isCertain ? { isThere: false, host: first.host, id: first.id } : undefined;
}
