/**
 * What looks at files saw of their attributes that can't be: where the file was certainly the same, and under this name, all
 * the time that the look took. Times are compared only between looks of one worker, with each other and not with any clock.
 */
import { attributesOf, compareTimes, permissionBits, type Attributes } from '../../model/attributes.ts';
import { layout, readRecord, recordKinds, type JournalRecord } from '../../model/record.ts';
import { okTable } from '../journal/kinds.ts';
import type { AttributeHistories } from './attribute-history.ts';
import { hostOf, isElsewhere, type Evidence } from '../journal/evidence.ts';
import { windowOf, type Order } from '../order/order.ts';
import { inStress, inVerify } from '../journal/phases.ts';
import { isKnownToItsEnd } from '../tree/known-part.ts';
import type { Looks } from '../tree/looks.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import type { Scan } from '../verify/scan.ts';
import { countBelow, steadyValue, type Steps, type Window } from '../order/steps.ts';
import { foundXattr, xattrText } from './xattr-values.ts';
import type { Tree } from '../tree/tree.ts';

export type AttributeCode = 'M01' | 'M02' | 'M03' | 'M04' | 'M05' | 'M06';

export interface WrongAttribute {
  readonly code: AttributeCode;
  readonly name: number;
  readonly incarnation: number;
  readonly host: number;
  readonly id: number;
  /** What had to be, and what was seen, as words of the finding. */
  readonly expected: string;
  readonly found: string;
  /** Of the record that says what had to be: an earlier look, or the change. */
  readonly because: number | undefined;
  /** Without it the finding depends on a clock, or on the file system keeping such an attribute at all. */
  isCertain: boolean;
  readonly inVerify: boolean;
  /** Of the extended attribute, not the mode. */
  readonly isOfXattr?: boolean;
  sightings: number;
}

export interface AttributesInput {
  readonly evidence: Evidence;
  readonly tree: Tree;
  readonly order: Order;
  readonly looks: Looks;
  readonly scan: Scan;
  readonly attributes: AttributeHistories;
}

export function findWrongAttributes(input: AttributesInput): readonly WrongAttribute[] {
  const { evidence, tree } = input;
  const { log, facts } = evidence;
  const finder = new Finder(input);
  // Attributes that were not synced may be older after a crash.
  const isVerifyJudged = tree.isWhole && tree.crash === undefined;
  const isWanted = (segment: Segment): boolean =>
    !isElsewhere(facts, segment.host, tree.owner) && (inStress(segment) || (inVerify(segment) && isVerifyJudged));
  for (const slice of log.slices(tree.owner, isWanted)) finder.take(slice);
  return finder.finish();
}

/** One look at a file of which it is known which one it was. */
interface Place {
  readonly segment: Segment;
  readonly id: number;
  readonly name: number;
  readonly incarnation: number;
  readonly window: Window;
}

interface Look extends Place {
  readonly attributes: Attributes;
}

type Fact = Pick<WrongAttribute, 'code' | 'expected' | 'found' | 'because' | 'isCertain' | 'isOfXattr'>;

const looks = okTable([recordKinds.stat, recordKinds.scanEntry, recordKinds.getxattr]);
const noSteps: Steps = { ids: [], values: [] };

class Finder {
  readonly #input: AttributesInput;
  readonly #found = new Map<string, WrongAttribute>();
  /** By worker, and then by incarnation: its last look. */
  readonly #last = new Map<number, Map<number, number>>();
  /** By host, and then by incarnation: its first look. */
  readonly #first = new Map<number, Map<number, number>>();
  /** Permissions that chmod set and a look saw: one alone may be what every file has, whatever chmod says. */
  readonly #keptModes = new Set<number>();
  /** A look saw an extended attribute that was set: they are kept. */
  #keepsXattrs = false;

  constructor(input: AttributesInput) {
    this.#input = input;
  }

  take({ segment, start, end }: Slice): void {
    const { tags } = this.#input.evidence.log;
    for (let at = start; at < end; at++) if (looks[tags[at] ?? 0] === 1) this.#look(segment, at);
  }

  finish(): readonly WrongAttribute[] {
    const keepsModes = this.#keptModes.size > 1;
    const found = [...this.#found.values()];
    for (const wrong of found) {
      if (wrong.code === 'M05') wrong.isCertain = wrong.isOfXattr === true ? this.#keepsXattrs : keepsModes;
    }
    return found;
  }

  /** Nearly every look is as it must be, and none of those is worth an object. */
  #look(segment: Segment, at: number): void {
    const { u8, u16, u32 } = segment.views;
    const isVerify = inVerify(segment);
    const { tree, order, looks: known, attributes } = this.#input;
    const incarnation = isVerify ? fileAtTheEnd(tree, u32[at * 16 + layout.name] ?? 0) : known.fileAt(at);
    if (incarnation === undefined || incarnation <= 0) return;
    if (!isVerify && !tree.isWhole && !isKnownToItsEnd(tree, incarnation, windowOf(order, segment, at))) return;
    if (u8[at * 64 + layout.kind] === recordKinds.getxattr)
      return this.#judgeXattr(this.#placeOf(segment, at, incarnation), readRecord(segment.views, at));
    // Of an agent that didn't look.
    if ((u32[at * 16 + layout.incarnation] ?? 0) === 0) return;
    if (u16[at * 32 + layout.writer] !== 1) this.#judgeLinks(this.#lookOf(segment, at, incarnation));
    if ((attributes.get(incarnation)?.modes.ids.length ?? 0) > 0)
      this.#judgeMode(this.#lookOf(segment, at, incarnation));
    if (isVerify) return;
    this.#judgeInode(segment, at, incarnation);
    this.#judgeTimes(segment, at, incarnation);
  }

  #placeOf(segment: Segment, at: number, incarnation: number): Place {
    const name = segment.views.u32[at * 16 + layout.name] ?? 0;
    const window = inVerify(segment) ? atTheEnd : windowOf(this.#input.order, segment, at);
    return { segment, id: segment.firstId + at, name, incarnation, window };
  }

  #lookOf(segment: Segment, at: number, incarnation: number): Look {
    const attributes = attributesOf(readRecord(segment.views, at));
    return { ...this.#placeOf(segment, at, incarnation), attributes };
  }

  #judgeLinks(look: Look): void {
    const { links } = look.attributes;
    const fact = { expected: 'a link count of 1: it has one name', found: `a link count of ${links}` };
    this.#keep(look, { code: 'M03', ...fact, because: undefined, isCertain: true });
  }

  #judgeMode(look: Look): void {
    const modes = this.#input.attributes.get(look.incarnation)?.modes;
    const mode = modes === undefined ? 0 : (steadyValue(modes, look.window) ?? 0);
    if (modes === undefined || mode <= 0) return;
    const seen = look.attributes.mode & permissionBits;
    if (seen === mode) {
      this.#keptModes.add(mode);
      return;
    }
    const code = this.#codeOf(look);
    const fact = { expected: `mode ${mode.toString(8)}`, found: `mode ${seen.toString(8)}` };
    this.#keep(look, { code, ...fact, because: changeBefore(modes, look.window), isCertain: true });
  }

  #judgeXattr(place: Place, record: JournalRecord): void {
    const history = this.#input.attributes.get(place.incarnation);
    // What may take back or lose a change may do so with this one.
    if (history?.isSettled === false) return;
    const values = history?.values ?? noSteps;
    const operation = steadyValue(values, place.window);
    if (operation === undefined || operation < 0) return;
    const found = foundXattr(record, { owner: this.#input.tree.owner, incarnation: place.incarnation });
    if (found.operation === operation) {
      this.#keepsXattrs ||= operation > 0;
      return;
    }
    const fact = { expected: xattrText(operation), found: found.text, because: changeBefore(values, place.window) };
    this.#keep(place, { code: this.#codeOf(place), ...fact, isCertain: true, isOfXattr: true });
  }

  /** Who changed it looks at what it changed itself: what that look doesn't see isn't late, it is lost. */
  #codeOf({ segment }: Place): 'M04' | 'M05' {
    const isHome = segment.host === hostOf(this.#input.evidence.facts, this.#input.tree.owner);
    return isHome || inVerify(segment) ? 'M05' : 'M04';
  }

  #judgeInode(segment: Segment, at: number, incarnation: number): void {
    const { u32 } = segment.views;
    const ofHost = ofNumber(this.#first, segment.host);
    const first = ofHost.get(incarnation);
    if (first === undefined) ofHost.set(incarnation, at);
    else if (u32[first * 16 + layout.incarnation] !== u32[at * 16 + layout.incarnation]) {
      const look = this.#lookOf(segment, at, incarnation);
      const expected = 'the inode that an earlier look on this host saw: it is the same file';
      this.#keep(look, { code: 'M06', expected, found: 'another inode', because: first, isCertain: true });
    }
  }

  #judgeTimes(segment: Segment, at: number, incarnation: number): void {
    const ofWorker = ofNumber(this.#last, segment.worker);
    const before = ofWorker.get(incarnation);
    ofWorker.set(incarnation, at);
    if (before === undefined || !isAnyTimeBack(segment.views.u32, before, at)) return;
    const last = this.#lookOf(segment, before, incarnation);
    const look = this.#lookOf(segment, at, incarnation);
    const history = this.#input.attributes.get(incarnation);
    if (history?.isSettled === false) return;
    const between: Window = { ended: last.window.ended, begun: look.window.begun };
    const isCertain = !hasAny(this.#input.attributes.moved(incarnation), between);
    const isBack = (time: 'modified' | 'changed'): boolean =>
      compareTimes(look.attributes[time], last.attributes[time]) < 0;
    const because = last.id;
    if (isBack('modified') && !hasAny(history?.set, between)) {
      this.#keep(look, { code: 'M01', ...timeWords(last, look, 'modified'), because, isCertain });
    }
    if (isBack('changed')) this.#keep(look, { code: 'M02', ...timeWords(last, look, 'changed'), because, isCertain });
  }

  #keep(look: Pick<Look, 'segment' | 'id' | 'name' | 'incarnation'>, fact: Fact): void {
    const { segment, id, name, incarnation } = look;
    const isVerify = inVerify(segment);
    const key = `${fact.code}/${segment.host}/${incarnation}/${isVerify}/${fact.isOfXattr === true}`;
    const known = this.#found.get(key);
    if (known !== undefined && (known.isCertain || !fact.isCertain)) known.sightings++;
    else {
      const sightings = 1 + (known?.sightings ?? 0);
      this.#found.set(key, { ...fact, name, incarnation, host: segment.host, id, inVerify: isVerify, sightings });
    }
  }
}

function ofNumber(all: Map<number, Map<number, number>>, number: number): Map<number, number> {
  const known = all.get(number);
  if (known !== undefined) return known;
  const fresh = new Map<number, number>();
  all.set(number, fresh);
  return fresh;
}

/** Times lie as attributesOf has them. */
function isAnyTimeBack(words: Uint32Array, before: number, at: number): boolean {
  const later = (field: number): number => (words[at * 16 + field] ?? 0) - (words[before * 16 + field] ?? 0);
  return (later(layout.target) || later(layout.first)) < 0 || (later(layout.count) || later(layout.generation)) < 0;
}

/** Nothing changes any more but what has an unknown outcome, and that clouds its name. */
const atTheEnd: Window = { ended: Infinity, begun: Infinity };

function fileAtTheEnd({ names }: Tree, name: number): number | undefined {
  const { ids, values } = names.get(name)?.steps ?? noSteps;
  return values[ids.length - 1];
}

function changeBefore(steps: Steps | undefined, { ended }: Window): number | undefined {
  return steps === undefined ? undefined : steps.ids[countBelow(steps.ids, ended) - 1];
}

function hasAny(ids: readonly number[] | undefined, { ended, begun }: Window): boolean {
  return ids !== undefined && (ids[countBelow(ids, ended)] ?? Infinity) < begun;
}

function timeWords(last: Look, look: Look, time: 'modified' | 'changed'): Pick<WrongAttribute, 'expected' | 'found'> {
  return {
    expected: `a time not before ${textOf(last, time)}, which this worker had seen`,
    found: textOf(look, time),
  };
}

function textOf({ attributes }: Look, time: 'modified' | 'changed'): string {
  const { seconds, nanoseconds } = attributes[time];
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;
}
