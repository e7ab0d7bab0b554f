/**
 * What can be said of a tree whose owner's last operations are unknown: a look that certainly ended before one of the known ones
 * began met none of them, and a file that was gone by then got no error from any, which could take back what it had been told.
 */
import type { Window } from '../order/steps.ts';
import type { Tree } from './tree.ts';

/** Whether all operations of the owner that the look may have met are known. */
export function isInKnownPart({ isWhole }: Tree, { begun }: Pick<Window, 'begun'>): boolean {
  return isWhole || Number.isFinite(begun);
}

/** Whether all that ever befell the file is known, too. */
export function isKnownToItsEnd(tree: Tree, incarnation: number, window: Pick<Window, 'begun'>): boolean {
  return tree.isWhole || (tree.isOver(incarnation) && isInKnownPart(tree, window));
}
