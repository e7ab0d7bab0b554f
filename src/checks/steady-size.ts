/** How long a file certainly was all the time that an operation looked at its name. */
import { layout } from '../model/record.ts';
import type { History } from './history.ts';
import { windowOf } from './order.ts';
import type { Segment } from './record-log.ts';
import { countBelow, steadyValue } from './steps.ts';

export interface SteadySize {
  readonly incarnation: number;
  readonly size: number;
  /** Id of the change that left the size. */
  readonly sizedBy: number | undefined;
}

/** Undefined where another file may have been there, or its size may have been another. */
export function steadySize(
  history: History,
  { owner, segment, at }: { readonly owner: number; readonly segment: Segment; readonly at: number },
): SteadySize | undefined {
  const tree = history.tree(owner);
  const steps = tree.names.get(segment.views.u32[at * 16 + layout.name] ?? 0)?.steps;
  if (steps === undefined) return undefined;
  const window = windowOf(history.order(owner), segment, at);
  const incarnation = steadyValue(steps, window);
  const sizes = incarnation === undefined ? undefined : tree.sizes.get(incarnation);
  if (incarnation === undefined || sizes === undefined) return undefined;
  // What an error reported later may have lost was perhaps gone already.
  if (history.registers(owner).files.get(incarnation)?.isSound === false) return undefined;
  if (tree.copies.get(incarnation)?.isDoubted === true) return undefined;
  const size = steadyValue(sizes, window);
  if (size === undefined || size < 0) return undefined;
  return { incarnation, size, sizedBy: sizes.ids[countBelow(sizes.ids, window.ended) - 1] };
}
