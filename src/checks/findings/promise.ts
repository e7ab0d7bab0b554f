/**
 * What a declared consistency lets a file system do, and the clause that says so (docs/integrity.md, "What is allowed").
 * A finding that breaks no promise is shown and counted, and leaves the verdict alone.
 */
import type { Consistency, LockReach } from '../../model/consistency.ts';
import type { Grade } from '../../model/finding.ts';

/** Whether all that took part went through one host's client. */
export type Reach = 'same client' | 'other client';

export interface Judgement {
  readonly grade: Grade;
  /** What allows it, to be added to what was found. */
  readonly clause: string;
}

const proven: Judgement = { grade: 'proven', clause: '' };

/** Of data and sizes that were read during stress. */
export function judgeRead(consistency: Consistency, reach: Reach): Judgement {
  switch (consistency) {
    case 'posix':
      return proven;
    case 'close-to-open':
      return reach === 'same client' ? proven : allowed(closeToOpen);
    case 'smb':
      return reach === 'same client' ? proven : allowed(smb);
    case 'eventual':
      return allowed(eventual);
  }
}

/** Of names that a listing lacked or made up during stress: only posix promises that a listing is fresh. */
export function judgeListing(consistency: Consistency): Judgement {
  return consistency === 'posix' ? proven : allowed(consistency === 'eventual' ? eventual : freshListing);
}

/** Of a name that a listing repeated, where nothing changed in its folder: no client may repeat what stands still for it. */
export function judgeRepeat(consistency: Consistency, reach: Reach): Judgement {
  if (consistency === 'posix' || (consistency !== 'eventual' && reach === 'same client')) return proven;
  return allowed(consistency === 'eventual' ? eventual : freshListing);
}

/** Of attributes, and of names that a look didn't find: weaker mounts keep both for a while, and what became of their own changes too. */
export function judgeAttributes(consistency: Consistency, reach: Reach): Judgement {
  if (consistency === 'posix') return proven;
  if (consistency === 'eventual') return allowed(eventual);
  return reach === 'same client' ? { grade: 'suspect', clause: `; ${cachedAttributes}` } : allowed(cachedAttributes);
}

/** Of a name that was gone while another file was renamed onto it: weaker clients move a file that is open out of the way first. */
export function judgeReplacement(consistency: Consistency): Judgement {
  return consistency === 'posix' ? proven : allowed(movedAway);
}

/** Of names that must have one winner: every protocol has an operation that makes a name only where it is free. */
export function judgeWinners(consistency: Consistency): Judgement {
  return consistency === 'eventual' ? allowed(oneWinner) : proven;
}

/** What shows that a lock failed, between clients that promise this much. */
export interface LockEvidence {
  readonly by: 'counters' | 'times' | 'refusal';
  readonly isNetwork: boolean;
  readonly reach: Reach;
  /** The least of their mounts. */
  readonly lockReach: LockReach;
}

/** Of locks: NFS and smb promise that who gets one sees what was written under it, whatever else a client may cache. */
export function judgeLock(consistency: Consistency, { by, isNetwork, reach, lockReach }: LockEvidence): Judgement {
  if (by === 'refusal') return proven;
  if (reach === 'other client' && lockReach === 'client') return allowed(ownLocks);
  if (by === 'times') return isNetwork ? { grade: 'suspect', clause: `; suspect: ${lease}` } : proven;
  if (consistency === 'eventual') return allowed(eventual);
  // Who declares posix wants to know.
  const isCached = reach === 'other client' && lockReach === 'exclusion' && consistency !== 'posix';
  return isCached ? allowed(cachedUnderLock) : proven;
}

const ownLocks = 'this mount keeps locks on their own client';
const cachedUnderLock = 'this mount may answer from its cache also under a lock';
const lease = 'a server may give a lock away that a client holds which it has not heard of for as long as its lease';
/** Of lines that were appended: a client gives its own workers their places; what others append it can't know in time. */
export function judgeAppend(consistency: Consistency, reach: Reach): Judgement {
  if (consistency === 'posix' || (consistency !== 'eventual' && reach === 'same client')) return proven;
  return allowed(consistency === 'eventual' ? eventual : noAppend);
}

/** Of chunks that several write to without a lock. */
export function judgeShared(consistency: Consistency, reach: Reach): Judgement {
  if (consistency === 'posix' || (consistency !== 'eventual' && reach === 'same client')) return proven;
  return allowed(consistency === 'eventual' ? eventual : noSharing);
}

const noSharing =
  'clients write through caches of their own: what several write without a lock may overtake each other';
const noAppend =
  'the protocol has no append: each client works out where the file ends, and several may come to the same place';
const oneWinner = 'an eventual mount may look for a name first and make it afterwards';
/** Of a size that a stat told: weak mounts keep attributes for a while, and nobody knows of all that keeps them. */
export function judgeSize(consistency: Consistency, isPastCaches: boolean): Judgement {
  if (consistency === 'posix') return proven;
  return isPastCaches ? { grade: 'suspect', clause: `; suspect: ${pastCaches}` } : allowed(attributes);
}

export const pastCaches = 'no cache that the mounts allow by their options keeps anything that long';

const attributes = 'only posix promises that attributes are fresh';
const closeToOpen =
  'close-to-open promises fresh data only to who opens after the writer closed; attributes may be cached, by time stamps that may be coarse';
const smb = 'smb lets a client read from its cache until the server breaks its lease';
const cachedAttributes = 'only posix promises fresh attributes and names; weaker mounts may answer from a cache';
const movedAway = 'a client may rename a file that is open away, before another takes its name';
const eventual = 'an eventual mount may answer from its caches at any time';
const freshListing = 'only posix promises that a listing is fresh';

function allowed(clause: string): Judgement {
  return { grade: 'allowed', clause: `; allowed: ${clause}` };
}

/** What a model promises that a finding of this code breaks, as a sentence. */
export function clauseOf(consistency: Consistency, code: string): string {
  const [, clause] = clauses.find(([codes]) => codes.test(code)) ?? [];
  return clause?.[consistency] ?? 'what was acknowledged is there in the end, as it was written';
}

const freshForAll = 'what has ended before a look begins is seen by it, on every host';
const oneCache = 'workers of one host see what was done there before';
const oneOrder = 'who looks after another host has closed a file sees what it wrote';

const clauses: readonly (readonly [codes: RegExp, clause: Partial<Record<Consistency, string>>])[] = [
  [/^V01$/, { posix: freshForAll, 'close-to-open': oneOrder }],
  [/^D15$/, allOf('nothing is seen before it was done')],
  [/^(D1[2347]|V0[23]|N0[1-4])$/, { posix: freshForAll, 'close-to-open': oneCache, smb: oneCache }],
  [
    /^A0\d$/,
    {
      posix: 'appends of all hosts follow each other',
      'close-to-open': 'appends of one host follow each other',
      smb: 'appends of one host follow each other',
    },
  ],
  [/^N0[789]$/, allOf('of several who make or remove one name, one succeeds')],
  [/^L0\d$/, allOf('a lock is held by one, or shared, and who gets it sees what was written under it')],
];

function allOf(clause: string): Record<Consistency, string> {
  return { posix: clause, 'close-to-open': clause, smb: clause, eventual: clause };
}
