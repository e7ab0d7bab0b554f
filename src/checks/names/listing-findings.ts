/**
 * From names that were listed wrong, in stress and in verify, to findings: one a name and code, its host the first that
 * listed it so. What is lost, resurrected or made up for good has the code of that, and none of the listing's.
 */
import type { Finding, Grade } from '../../model/finding.ts';
import { objectOf, pathOf } from '../../model/namespace.ts';
import { hostOf } from '../journal/evidence.ts';
import { byName, capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import type { ListingCode } from './listings.ts';
import { judgeListing, judgeRepeat, type Judgement } from '../findings/promise.ts';
import type { NameState } from '../tree/tree.ts';
import type { NameSighting, Scan } from '../verify/scan.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export function listingFindings(history: History, code: ListingCode): readonly Finding[] {
  const sighted: Sighted[] = [];
  for (const owner of history.trees) {
    const names = new Map<number, Sighted>();
    const later = history.tree(owner).isWhole ? inVerify(history, owner, code) : [];
    for (const one of [...inStress(history, owner, code), ...later]) {
      const known = names.get(one.name);
      if (known === undefined) names.set(one.name, one);
      else names.set(one.name, { ...(isProven(known) ? known : one), sightings: known.sightings + one.sightings });
    }
    sighted.push(...byName(names).map(([, one]) => one));
  }
  return capFindings(sighted, (one) => findingOf(history, code, one));
}

interface Sighted {
  readonly owner: number;
  readonly name: number;
  readonly host: number;
  /** Id of the listing's record. */
  readonly id: number;
  /** Id of the change that left the name as it was. */
  readonly changedBy: number | undefined;
  readonly judgement: Judgement;
  readonly sightings: number;
}

function isProven({ judgement }: Sighted): boolean {
  return judgement.grade === 'proven';
}

function inStress(history: History, owner: number, code: ListingCode): readonly Sighted[] {
  const { consistency } = history;
  return history
    .wrongNames(owner)
    .filter((wrong) => wrong.code === code && !isWrongForGood(history, owner, wrong))
    .map(({ name, host, id, changedBy, isFolderSteady, sightings }) => {
      const isHome = host === hostOf(history.facts, owner) && isFolderSteady;
      const judgement =
        code === 'N02' ? judgeRepeat(consistency, isHome ? 'same client' : 'other client') : judgeListing(consistency);
      return { owner, name, host, id, changedBy, judgement, sightings };
    });
}

function isWrongForGood(
  history: History,
  owner: number,
  { code, name }: { readonly code: ListingCode; readonly name: number },
): boolean {
  const { names, isWhole } = history.tree(owner);
  // Nobody knows what was to be there in the end.
  if (!isWhole) return false;
  const state = names.get(name);
  const sightings = history.scan(owner).names.get(name) ?? [];
  switch (code) {
    case 'N01':
    case 'N04':
      return isThere(state) && sightings.length === 0;
    case 'N02':
      return false;
    case 'N03':
      return isAbsent(state) && sightings.some(({ isGone }) => !isGone);
  }
}

function isThere(state: NameState | undefined): boolean {
  return state !== undefined && !state.isClouded && (state.life !== undefined || state.isFolder);
}

function isAbsent(state: NameState | undefined): boolean {
  return state === undefined || (!state.isClouded && state.life === undefined && !state.isFolder);
}

/** Nothing changes any more but what has an unknown outcome. */
function inVerify(history: History, owner: number, code: ListingCode): readonly Sighted[] {
  const scan = history.scan(owner);
  switch (code) {
    case 'N01':
      return omittedIn(history, owner, scan);
    case 'N02':
      return repeatedIn(history, owner, scan);
    case 'N03':
      return inventedIn(history, owner, scan);
    case 'N04':
      return [];
  }
}

/** Missing for one host, there for another: missing for all is a lost file. */
function omittedIn(history: History, owner: number, scan: Scan): readonly Sighted[] {
  return [...history.tree(owner).names].flatMap(([name, state]) => {
    const sightings = scan.names.get(name) ?? [];
    if (!isThere(state) || sightings.length === 0) return [];
    const without = scan
      .listings(objectOf(name).folder)
      .filter(({ host, pass, isComplete }) => isComplete && !hasSeen(sightings, { host, pass }));
    return sightedIn({ owner, name, changedBy: state.changed }, without, verifyJudgement(history));
  });
}

function repeatedIn(history: History, owner: number, scan: Scan): readonly Sighted[] {
  const { names } = history.tree(owner);
  const loose = new Set([...names].flatMap(([name, { isClouded }]) => (isClouded ? [objectOf(name).folder] : [])));
  const judgement = judgeRepeat(history.consistency, 'same client');
  return [...scan.names].flatMap(([name, sightings]) => {
    const state = names.get(name);
    if (loose.has(objectOf(name).folder) || !isThere(state)) return [];
    const again = sightings.filter((sighting, at) => hasSeen(sightings.slice(0, at), sighting));
    return sightedIn({ owner, name, changedBy: state?.changed }, again, judgement);
  });
}

function inventedIn(history: History, owner: number, scan: Scan): readonly Sighted[] {
  return [...scan.names].flatMap(([name, sightings]) => {
    const state = history.tree(owner).names.get(name);
    if (!isAbsent(state) || !sightings.every(({ isGone }) => isGone)) return [];
    return sightedIn({ owner, name, changedBy: state?.changed }, sightings, verifyJudgement(history));
  });
}

function hasSeen(
  sightings: readonly NameSighting[],
  { host, pass }: { readonly host: number; readonly pass: number },
): boolean {
  return sightings.some((sighting) => sighting.host === host && sighting.pass === pass);
}

function sightedIn(
  name: Pick<Sighted, 'owner' | 'name' | 'changedBy'>,
  where: readonly { readonly host: number; readonly id: number }[],
  judgement: Judgement,
): readonly Sighted[] {
  const [first] = where;
  return first === undefined ? [] : [{ ...name, host: first.host, id: first.id, judgement, sightings: where.length }];
}

/** Caches were waited out, but a weaker mount than posix may still be late for some hosts. */
function verifyJudgement({ consistency }: History): Judgement {
  const grade: Grade = consistency === 'posix' ? 'proven' : 'suspect';
  return { grade, clause: '' };
}

function findingOf(history: History, code: ListingCode, sighted: Sighted): Finding {
  const { owner, name, host, id, changedBy, judgement, sightings } = sighted;
  const { expected, found } = texts[code];
  return {
    code,
    grade: judgement.grade,
    host: hostName(history, host),
    file: pathOf(owner, name),
    count: sightings,
    expected,
    found: `${found}${judgement.clause}`,
    ...proofOf(history, [changedBy, id]),
  };
}

const texts: Readonly<Record<ListingCode, { readonly expected: string; readonly found: string }>> = {
  N01: {
    expected: 'listed: it was there, under this name, all the time that the listing took',
    found: 'a listing without it',
  },
  N02: {
    expected: 'listed once: it was there, under this name, all the time that the listing took',
    found: 'a listing with it more than once',
  },
  N04: {
    expected: 'listed: it had come to be there before the listing began',
    found: 'a listing without it, by a worker who had not been shown it yet',
  },
  N03: { expected: 'not listed: nothing had this name while the listing took place', found: 'a listing with it' },
};
