/**
 * What listings of stress lacked, repeated and made up: only of names that were certainly there, or certainly not, all the
 * time that the listing took. That other names of the folder come and go meanwhile excuses nothing. Where listings needn't be
 * fresh, a name that this worker had never been shown since it came is only late (N04).
 */
import { folderOf, foldersOfTree } from '../model/namespace.ts';
import { layout, outcomes, recordKinds } from '../model/record.ts';
import { isElsewhere, type Evidence } from './evidence.ts';
import { windowOf, type Order } from './order.ts';
import { inStress } from './phases.ts';
import type { Segment } from './record-log.ts';
import type { NameState, Tree } from './tree.ts';
import { countBelow, steadyValue, stepValues, type Steps, type Window } from './steps.ts';

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
  const finder = new Finder(input);
  input.evidence.log.visit(input.tree.owner, (segment, at) => finder.take(segment, at), inStress);
  return finder.finish();
}

/** More names than a folder can hold are no listing of our agent's. */
const maxRunLength = 0x10000;

interface OpenListing {
  readonly host: number;
  readonly id: number;
  readonly folder: number;
  readonly window: Window;
  readonly expected: number;
  recorded: number;
  readonly seen: Set<number>;
  readonly repeated: Set<number>;
}

class Finder {
  readonly #input: ListingsInput;
  readonly #found = new Map<string, WrongName>();
  /** By worker: its last listing, whose names may follow in another block. */
  readonly #open = new Map<number, OpenListing>();
  /** By worker and name: the change with which the name came to be there when it was last shown. */
  readonly #shown = new Map<string, number>();
  readonly #folders: readonly (readonly [name: number, state: NameState])[][];

  constructor(input: ListingsInput) {
    this.#input = input;
    this.#folders = Array.from({ length: foldersOfTree }, () => []);
    for (const [name, state] of input.tree.names) this.#folders[folderOf(name)]?.push([name, state]);
  }

  take(segment: Segment, at: number): void {
    const { u8, u32 } = segment.views;
    const kind = u8[at * 64 + layout.kind];
    if (kind === recordKinds.list) {
      this.#close(segment.worker);
      const isOk = u8[at * 64 + layout.outcome] === outcomes.ok;
      if (isOk && !isElsewhere(this.#input.evidence.facts, segment.host, this.#input.tree.owner)) {
        this.#openListing(segment, at);
      }
    } else if (kind === recordKinds.listed) {
      const listing = this.#open.get(segment.worker);
      const count = u32[at * 16 + layout.count] ?? 0;
      if (listing !== undefined && count <= maxRunLength) addRun(listing, u32[at * 16 + layout.name] ?? 0, count);
    }
  }

  finish(): readonly WrongName[] {
    for (const worker of this.#open.keys()) this.#close(worker);
    return [...this.#found.values()];
  }

  #openListing(segment: Segment, at: number): void {
    const { u32 } = segment.views;
    this.#open.set(segment.worker, {
      host: segment.host,
      id: segment.firstId + at,
      folder: folderOf(u32[at * 16 + layout.name] ?? 0),
      window: windowOf(this.#input.order, segment, at),
      expected: u32[at * 16 + layout.count] ?? 0,
      recorded: 0,
      seen: new Set(),
      repeated: new Set(),
    });
  }

  #close(worker: number): void {
    const listing = this.#open.get(worker);
    this.#open.delete(worker);
    if (listing === undefined) return;
    const isFresh = this.#input.evidence.consistency === 'posix';
    const { seen, repeated, folder, window } = listing;
    const isComplete = listing.recorded === listing.expected;
    let isFolderSteady = true;
    const wrong: (readonly [ListingCode, number])[] = [];
    for (const [name, { steps }] of this.#folders[folder] ?? []) {
      const there = steadyValue(steps, window);
      if (there === undefined || there === stepValues.unknown) {
        isFolderSteady = false;
        continue;
      }
      if (there === stepValues.nothing && seen.has(name)) wrong.push(['N03', name]);
      else if (there !== stepValues.nothing && !seen.has(name) && isComplete) {
        const isLate = !isFresh && this.#shown.get(`${worker}/${name}`) !== arrivalOf(steps, window);
        wrong.push([isLate ? 'N04' : 'N01', name]);
      } else if (repeated.has(name)) wrong.push(['N02', name]);
      if (!isFresh && there !== stepValues.nothing && seen.has(name)) {
        this.#shown.set(`${worker}/${name}`, arrivalOf(steps, window));
      }
    }
    for (const name of seen) if (!this.#input.tree.names.has(name)) wrong.push(['N03', name]);
    for (const [code, name] of wrong) this.#keep(listing, { code, name, isFolderSteady });
  }

  #keep(
    { host, id, window }: OpenListing,
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

/** Id of the change since which something has been at a name, whatever it was. */
function arrivalOf({ ids, values }: Steps, { ended }: Window): number {
  let at = countBelow(ids, ended) - 1;
  while (at > 0 && values[at - 1] !== stepValues.nothing) at--;
  return ids[at] ?? -1;
}

function addRun(listing: OpenListing, first: number, count: number): void {
  listing.recorded += count;
  for (let name = first; name < first + count; name++) {
    if (folderOf(name) !== listing.folder) continue;
    if (listing.seen.has(name)) listing.repeated.add(name);
    listing.seen.add(name);
  }
}
