/** What verify owes of the arenas: each folder of names that was raced in was listed, and locks that were used were asked for once more. */
import { nameOf, objectOf, ownerOfArena, pathOf, type Arena } from '../../model/namespace.ts';
import { layout, recordKinds } from '../../model/record.ts';
import type { History } from '../history.ts';
import { inStress, inVerify } from '../journal/phases.ts';
import { groupsOf } from './presence.ts';
import type { Segment } from '../journal/record-log.ts';

/** Folders of the race that no host listed to the end, of those who share it. */
export function unlistedOfRace(history: History): readonly string[] {
  const owner = ownerOfArena('race');
  const scan = history.scan(owner);
  return groupsOf(history).flatMap((group) => {
    const used = new Set<number>();
    visit(history, { arena: 'race', group, isIn: inStress }, ({ views }, at) => {
      used.add(objectOf(views.u32[at * 16 + layout.name] ?? 0).folder);
    });
    const isListed = (folder: number): boolean =>
      scan.finalListings(folder).some(({ host, isComplete }) => isComplete && group.has(host));
    const missed = [...used].filter((folder) => !isListed(folder)).sort((a, b) => a - b);
    return missed.map((folder) => pathOf(owner, nameOf({ kind: 'folder', folder })));
  });
}

/** Nobody looked whether the locks that were used are free. */
export function areLocksUnasked(history: History): boolean {
  return groupsOf(history).some((group) => {
    const asked = (isIn: (segment: Segment) => boolean): boolean => {
      let isAsked = false;
      visit(history, { arena: 'locks', group, isIn }, ({ views }, at) => {
        isAsked ||= views.u8[at * 64 + layout.kind] === recordKinds.lock;
      });
      return isAsked;
    };
    return asked(inStress) && !asked(inVerify);
  });
}

function visit(
  { log }: History,
  of: { readonly arena: Arena; readonly group: ReadonlySet<number>; readonly isIn: (segment: Segment) => boolean },
  visitor: (segment: Segment, at: number) => void,
): void {
  log.visit(ownerOfArena(of.arena), visitor, (segment) => of.isIn(segment) && of.group.has(segment.host));
}
