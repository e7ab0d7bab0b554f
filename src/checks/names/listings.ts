/**
 * What listings of stress lacked, repeated and made up: only of names that were certainly there, or certainly not, all the
 * time that the listing took. That other names of the folder come and go meanwhile excuses nothing. Where listings needn't be
 * fresh, a name that this worker had never been shown since it came is only late (N04).
 */
import { folderOf, foldersOfTree } from '../../model/namespace.ts';
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { windowOf, type Order } from '../order/order.ts';
import { kindTable, tagOf } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import { isInKnownPart } from '../tree/known-part.ts';
import type { NameState, Tree } from '../tree/tree.ts';
import { countBelow, stepValues, type Window } from '../order/steps.ts';
import { FolderNames } from './folder-names.ts';

export type ListingCode = 'N01' | 'N02' | 'N03' | 'N04';

/** One name that was listed wrong, by one host. */
export interface WrongName {
  readonly code: ListingCode;
  readonly name: number;
  readonly host: number;
  /** Id of the first listing's record. */
  readonly id: number;
  /** Id of the change that left the name as it was. */
  readonly changedBy: number | undefined;
  /** Nothing at all changed in the folder, at least during one of these listings. */
  isFolderSteady: boolean;
  sightings: number;
}

export interface ListingsInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
}

export function findWrongNames(input: ListingsInput): readonly WrongName[] {
  const { facts, log } = input.evidence;
  const finder = new Finder(input);
  const isHere = (segment: Segment): boolean =>
    inStress(segment) && !isElsewhere(facts, segment.host, input.tree.owner);
  for (const slice of log.slices(input.tree.owner, isHere)) finder.take(slice);
  return finder.finish();
}

const lists = kindTable([recordKinds.list]);
const names = kindTable([recordKinds.listed]);
const listed = tagOf(recordKinds.list, outcomes.ok);

interface OpenListing {
  readonly id: number;
  readonly folder: number;
  readonly window: Window;
  readonly expected: number;
}

function openListing(words: Uint32Array, id: number, window: Window): OpenListing {
  const folder = folderOf(words[id * 16 + layout.name] ?? 0);
  return { id, folder, window, expected: words[id * 16 + layout.count] ?? 0 };
}

/** More names than a folder can hold are no listing of our agent's. */
const maxRunLength = 0x10000;

/** A worker, and its last listing, whose names may follow in another block. */
class Lister {
  readonly host: number;
  /** The change with which a name came to be there when this worker was last shown it. */
  readonly shown = new Map<number, number>();
  /** Of the open listing: the first name of a run and how many it has, one after the other. */
  readonly runs: number[] = [];
  open: OpenListing | undefined;

  constructor(host: number) {
    this.host = host;
  }

  take(first: number, count: number): void {
    if (this.open !== undefined && count <= maxRunLength) this.runs.push(first, count);
  }

  /** Every name of the open listing is recorded. */
  isComplete({ expected }: OpenListing): boolean {
    let recorded = 0;
    for (let run = 1; run < this.runs.length; run += 2) recorded += this.runs[run] ?? 0;
    return recorded === expected;
  }
}

class Finder {
  readonly #input: ListingsInput;
  readonly #isFresh: boolean;
  readonly #found = new Map<string, WrongName>();
  readonly #listers = new Map<number, Lister>();
  readonly #folders = new Map<number, FolderNames>();

  constructor(input: ListingsInput) {
    this.#input = input;
    this.#isFresh = input.evidence.consistency === 'posix';
  }

  take({ segment, start, end }: Slice): void {
    const { evidence, order } = this.#input;
    const { tags, views } = evidence.log;
    const { u32 } = views;
    const lister = this.#listerOf(segment);
    for (let id = start; id < end; id++) {
      const tag = tags[id] ?? 0;
      if (names[tag] === 1) lister.take(u32[id * 16 + layout.name] ?? 0, u32[id * 16 + layout.count] ?? 0);
      if (lists[tag] !== 1) continue;
      this.#close(lister);
      if (tag === listed) lister.open = openListing(u32, id, windowOf(order, segment, id));
    }
  }

  finish(): readonly WrongName[] {
    const open = [...this.#listers.values()].sort((a, b) => (a.open?.id ?? 0) - (b.open?.id ?? 0));
    for (const lister of open) this.#close(lister);
    return [...this.#found.values()];
  }

  #listerOf({ worker, host }: Segment): Lister {
    const known = this.#listers.get(worker) ?? new Lister(host);
    this.#listers.set(worker, known);
    return known;
  }

  #close(lister: Lister): void {
    const { open } = lister;
    if (open !== undefined && isInKnownPart(this.#input.tree, open.window)) this.#judge(lister, open);
    lister.open = undefined;
    lister.runs.length = 0;
  }

  #judge(lister: Lister, listing: OpenListing): void {
    const { folder, window } = listing;
    const isComplete = lister.isComplete(listing);
    const seen = this.#folder(folder);
    seen.show(lister.runs);
    let isFolderSteady = true;
    const wrong: (readonly [ListingCode, number])[] = [];
    for (let place = 0; place < seen.names.length; place++) {
      const there = seen.steadyAt(place, window);
      const isShown = seen.isShown(place);
      if (there === stepValues.unknown) isFolderSteady = false;
      else if (there === stepValues.nothing) {
        if (isShown) wrong.push(['N03', seen.names[place] ?? 0]);
      } else if (!isShown) {
        if (isComplete) wrong.push([this.#isLate(lister, seen, place) ? 'N04' : 'N01', seen.names[place] ?? 0]);
      } else {
        if (seen.isRepeated(place)) wrong.push(['N02', seen.names[place] ?? 0]);
        if (!this.#isFresh) lister.shown.set(seen.names[place] ?? 0, seen.arrivalAt(place));
      }
    }
    for (const name of seen.strangers) wrong.push(['N03', name]);
    for (const [code, name] of wrong) this.#keep(lister.host, listing, { code, name, isFolderSteady });
  }

  #isLate({ shown }: Lister, seen: FolderNames, place: number): boolean {
    return !this.#isFresh && shown.get(seen.names[place] ?? 0) !== seen.arrivalAt(place);
  }

  #folder(folder: number): FolderNames {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const states: (readonly [name: number, state: NameState])[] = [];
    // No agent of ours lists others, and each would take a walk through all names.
    if (folder < foldersOfTree) {
      for (const named of this.#input.tree.names) if (folderOf(named[0]) === folder) states.push(named);
    }
    const names = new FolderNames(folder, states);
    this.#folders.set(folder, names);
    return names;
  }

  #keep(
    host: number,
    { id, window }: OpenListing,
    { code, name, isFolderSteady }: { code: ListingCode; name: number; isFolderSteady: boolean },
  ): void {
    const key = `${code}/${name}/${host}`;
    const known = this.#found.get(key);
    if (known === undefined) {
      const { ids } = this.#input.tree.names.get(name)?.steps ?? { ids: [] };
      const changedBy = ids[countBelow(ids, window.ended) - 1];
      this.#found.set(key, { code, name, host, id, changedBy, isFolderSteady, sightings: 1 });
    } else {
      known.sightings++;
      known.isFolderSteady ||= isFolderSteady;
    }
  }
}
