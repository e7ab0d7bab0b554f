/** When a change really happens, and with which error it may come back: of one without a good answer all is open. */
import type { Random } from '../../src/model/random.ts';
import { recordKinds } from '../../src/model/record.ts';
import type { Moment } from './racing-disk.ts';

/** A part of a change; where it takes its time it first begins, and a reader may see half of it. */
export interface Effect {
  readonly begin?: () => void;
  readonly happen: () => void;
}

/** `refused`: an error that proves that nothing happened. */
export type Answer = 'ok' | 'refused' | 'open';

export interface Span {
  readonly startNs: number;
  readonly endNs: number;
}

/** In the operation; of one whose outcome is open also later, in part, or never. */
export function momentsOf(random: Random, answer: Answer, span: Span, effects: readonly Effect[]): readonly Moment[] {
  if (answer === 'refused') return [];
  if (answer === 'ok') return effects.flatMap((effect) => within(random, span, effect));
  const isLate = random.below(2) === 0;
  const isWhole = random.below(2) === 0;
  const kept = isWhole ? effects : effects.flatMap((effect) => partOf(random, effect));
  return isLate ? lateMoments(random, span, kept) : kept.flatMap((effect) => within(random, span, effect));
}

/** At any time from the beginning of the operation on. */
export function lateMoments(random: Random, { startNs, endNs }: Span, effects: readonly Effect[]): readonly Moment[] {
  return effects.flatMap((effect) => within(random, { startNs, endNs: endNs + 400_000 }, effect));
}

/** It may also stop halfway. */
function partOf(random: Random, effect: Effect): readonly Effect[] {
  const draw = random.below(8);
  if (draw < 2) return [{ ...effect, happen: () => undefined }];
  return draw < 5 ? [effect] : [];
}

function within(random: Random, { startNs, endNs }: Span, { begin, happen }: Effect): readonly Moment[] {
  const lastsNs = random.below(endNs - startNs);
  const begun = begin === undefined ? [] : [{ atNs: startNs + random.below(lastsNs + 1), happen: begin }];
  return [...begun, { atNs: startNs + lastsNs, happen }];
}

const errnos = { ENOENT: 2, EIO: 5, EACCES: 13, EEXIST: 17, ENOSPC: 28, ENOTSUP: 95 } as const;
const puts: ReadonlySet<number> = new Set([recordKinds.write, recordKinds.append, recordKinds.truncate]);
const extents: ReadonlySet<number> = new Set([recordKinds.fallocate, recordKinds.punchHole]);
const removals: ReadonlySet<number> = new Set([recordKinds.delete, recordKinds.rename, recordKinds.renameOnto]);
const syncs: ReadonlySet<number> = new Set([recordKinds.fsync, recordKinds.fdatasync]);

export function errnoOf(random: Random, isNetwork: boolean, change: { kind: number; answer: Answer }): number {
  const possible = change.answer === 'refused' ? refusals(change.kind, isNetwork) : doubts(change.kind, isNetwork);
  return possible[random.below(possible.length)] ?? errnos.EIO;
}

function refusals(kind: number, isNetwork: boolean): readonly number[] {
  // An error that tells of names, which alone would say that a copy did nothing, can't be where they are exactly known.
  if (kind === recordKinds.copy) return [errnos.EIO];
  const hasNone = kind === recordKinds.setxattr || (extents.has(kind) && !isNetwork);
  if (extents.has(kind) || hasNone) return [errnos.EACCES, ...(hasNone ? [errnos.ENOTSUP] : [])];
  return [errnos.EACCES, ...(puts.has(kind) && !isNetwork ? [errnos.ENOSPC] : [])];
}

function doubts(kind: number, isNetwork: boolean): readonly number[] {
  const isCopy = kind === recordKinds.copy;
  const isMadeTwice = isNetwork && (isCopy || kind === recordKinds.touch);
  return [
    errnos.EIO,
    ...(isNetwork && extents.has(kind) ? [errnos.ENOTSUP] : []),
    ...(isNetwork && removals.has(kind) ? [errnos.ENOENT] : []),
    ...(isMadeTwice ? [errnos.EEXIST] : []),
    ...(isNetwork || isCopy || syncs.has(kind) || extents.has(kind) ? [errnos.ENOSPC] : []),
  ];
}
