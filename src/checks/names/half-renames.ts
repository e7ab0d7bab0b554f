/**
 * Renames that left the old name too, or, where nobody knows whether they took effect, neither: a rename happens as a whole or not at
 * all, whatever became of its answer. Only the last change of both names counts, and a listing is no moment: what may land while
 * verify lists is judged by both scans of a host, between which it can land once.
 */
import { folderOf } from '../../model/namespace.ts';
import { layout, readRecord, recordKinds, type JournalRecord } from '../../model/record.ts';
import { effectOf, type Effect } from '../journal/effect.ts';
import { clientOf, type Evidence } from '../journal/evidence.ts';
import { kindTable } from '../journal/kinds.ts';
import type { RecordLog } from '../journal/record-log.ts';
import type { Listing, Scan } from '../verify/scan.ts';
import { steadyValue, stepValues } from '../order/steps.ts';
import type { Tree } from '../tree/tree.ts';

export interface HalfRename {
  readonly from: number;
  readonly to: number;
  /** `old`: the new name went on to other things, and the old one is still there. */
  readonly what: 'both' | 'old' | 'neither';
  readonly isAcknowledged: boolean;
  readonly host: number;
  /** The rename, and listings that show it. */
  readonly id: number;
  readonly listings: readonly number[];
  /** Every host that looked saw it so. */
  readonly isEverywhere: boolean;
}

export interface RenamesInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly scan: Scan;
}

export function findHalfRenames(input: RenamesInput): readonly HalfRename[] {
  const { evidence, tree } = input;
  // What a crash leaves of a rename has a code of its own.
  if (!tree.isWhole || tree.crash !== undefined) return [];
  const client = clientOf(evidence, tree.owner);
  const found: HalfRename[] = [];
  for (const id of lastRenames(evidence.log, tree)) {
    const record = readRecord(evidence.log.views, id);
    const effect = effectOf(record, client);
    const half = effect === 'none' ? undefined : judge(input, record, { id, effect });
    if (half !== undefined) found.push(half);
  }
  return found;
}

/** In program order: from a file that was certainly there to a name that was certainly free; nothing was done to the old name since. */
function lastRenames({ views, tags }: RecordLog, { names }: Tree): Uint32Array {
  const ids: number[] = [];
  for (const [name, { changed, steps }] of names) {
    if (renames[tags[changed] ?? 0] !== 1 || views.u32[changed * 16 + layout.name] !== name) continue;
    const to = names.get(views.u32[changed * 16 + layout.target] ?? 0);
    const before = { ended: changed, begun: changed };
    const isFree = to !== undefined && steadyValue(to.steps, before) === stepValues.nothing;
    if (isFree && (steadyValue(steps, before) ?? 0) > 0) ids.push(changed);
  }
  return Uint32Array.from(ids).sort();
}

const renames = kindTable([recordKinds.rename]);

function judge(
  { scan, tree }: RenamesInput,
  { name: from, target: to }: JournalRecord,
  { id, effect }: { readonly id: number; readonly effect: Effect },
): HalfRename | undefined {
  const isAcknowledged = effect === 'done';
  const hasMovedOn = tree.names.get(to)?.changed !== id;
  if (hasMovedOn && !isAcknowledged) return undefined;
  const listers = new Set(scan.listings(folderOf(from)).map(({ host }) => host));
  const views = [...listers].flatMap((host) => {
    const view = viewOf(scan, { from, to, host, isAcknowledged, hasMovedOn });
    return view === undefined ? [] : [{ host, ...view }];
  });
  const half = views.find(({ what }) => what !== 'one');
  // An acknowledged rename that left neither lost the file: that is the finding (D01).
  if (half === undefined || half.what === 'one' || (isAcknowledged && half.what === 'neither')) return undefined;
  const { what, host, listings } = half;
  const isEverywhere = views.every((view) => view.what === what);
  return { from, to, what, isAcknowledged, host, id, listings, isEverywhere };
}

interface View {
  readonly what: HalfRename['what'] | 'one';
  readonly listings: readonly number[];
}

/** What a host saw of both names, in its last scan, or alike in both where the rename may be landing. */
function viewOf(
  scan: Scan,
  {
    from,
    to,
    host,
    isAcknowledged,
    hasMovedOn,
  }: Pick<HalfRename, 'from' | 'to' | 'host' | 'isAcknowledged'> & { readonly hasMovedOn: boolean },
): View | undefined {
  const passes = [0, 1].flatMap((pass) => {
    const isOf = (listing: Listing): boolean => listing.host === host && listing.pass === pass && listing.isComplete;
    const of = (name: number): Listing | undefined => scan.listings(folderOf(name)).find(isOf);
    const [first, second] = [of(from), of(to)];
    if (first === undefined || second === undefined) return [];
    const isOld = hasSeen(scan, { name: from, host, pass });
    const isNew = hasSeen(scan, { name: to, host, pass });
    const what = hasMovedOn ? whatIsLeft(isOld) : whatOf(isOld, isNew);
    return [{ what, listings: [...new Set([first.id, second.id])] }];
  });
  const last = passes.at(-1);
  if (last === undefined || (!isAcknowledged && passes.length < 2)) return undefined;
  const isAlike = isAcknowledged || passes.every(({ what }) => what === last.what);
  return { what: isAlike ? last.what : 'one', listings: last.listings };
}

function whatIsLeft(isOld: boolean): View['what'] {
  return isOld ? 'old' : 'one';
}

function whatOf(isOld: boolean, isNew: boolean): View['what'] {
  if (isOld !== isNew) return 'one';
  return isOld ? 'both' : 'neither';
}

function hasSeen(
  scan: Scan,
  { name, host, pass }: { readonly name: number; readonly host: number; readonly pass: number },
): boolean {
  const sightings = scan.names.get(name) ?? [];
  return sightings.some((sighting) => sighting.host === host && sighting.pass === pass && !sighting.isGone);
}
