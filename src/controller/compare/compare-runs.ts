/** `funbric compare BEFORE AFTER`: is it worse than it was? Reads the results of two runs, and writes nothing. */
import type { Verdict } from '../../model/finding.ts';
import { compareFigures, type FigureComparison } from './compare-figures.ts';
import { differencesOf, type Difference } from './likeness.ts';
import { readFigures, type RunFigures } from './run-figures.ts';

export interface RunComparison extends FigureComparison {
  readonly before: RunFigures;
  readonly after: RunFigures;
  /** A share of 1: what differs by less is the same. */
  readonly threshold: number;
  /** What else differs than the figures. */
  readonly differences: readonly Difference[];
}

/** What they differ in comes first: without --force, runs that differ in more than their figures aren't compared. */
export async function compareRuns(
  folders: { readonly before: string; readonly after: string },
  { threshold, isForced }: { readonly threshold: number; readonly isForced: boolean },
): Promise<RunComparison | { readonly differences: readonly Difference[] }> {
  const before = await readFigures(folders.before);
  const after = await readFigures(folders.after);
  const differences = differencesOf(before, after);
  if (differences.length > 0 && !isForced) return { differences };
  return { before, after, threshold, differences, ...compareFigures(before, after, threshold) };
}

/** Only what certainly isn't worse passes. */
export function comparisonVerdict({ comparisons, cases }: FigureComparison): Verdict {
  const all = [...comparisons, ...(cases?.changes ?? [])];
  if (all.some(({ outcome }) => outcome === 'worse')) return 'fail';
  const isNothing = comparisons.length === 0 && (cases?.common ?? 0) === 0;
  return isNothing || all.some(({ mayBeWorse }) => mayBeWorse) ? 'incomplete' : 'pass';
}
