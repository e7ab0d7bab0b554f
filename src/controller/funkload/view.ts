/** `funbric report --view funkload`: what FunkLoad's own report says of these results, to the printed digit. */
import { plural } from '../../report/format.ts';
import { cyclesOf } from '../../report/funkload/cycles.ts';
import { tablesOf, type FunkloadTables } from '../../report/funkload/tables.ts';
import { funkloadLines } from '../../report/funkload/text.ts';
import { readFunkloadInputs } from './inputs.ts';
import { nodesOf } from './nodes.ts';

export interface FunkloadView {
  readonly tables: FunkloadTables;
  readonly lines: readonly string[];
  /** Files that aren't whole, or can't be read: what is shown is not all that there was. */
  readonly gaps: readonly string[];
}

export interface FunkloadQuestion {
  /** A run, or files; none is the latest run. */
  readonly words: readonly string[];
  readonly reportsFolder: string;
  /** Merged as FunkLoad does, where it isn't plainly wrong. */
  readonly isCompat: boolean;
}

export async function funkloadView({ words, reportsFolder, isCompat }: FunkloadQuestion): Promise<FunkloadView> {
  const { files, unread, isRun } = await readFunkloadInputs(words, reportsFolder);
  const nodes = nodesOf(files, { isCompat, isJudged: isRun });
  const { results } = nodes;
  const gaps = [...nodes.gaps, ...unread];
  const merged =
    files.length > 1 ? [`Of ${plural(files.length, 'node')}: each cycle has as many times the users.`] : [];
  return {
    tables: tablesOf(cyclesOf(results), results[0]?.asked.durationSeconds ?? 0),
    lines: funkloadLines(results, [...merged, ...gaps.map((gap) => `INCOMPLETE: ${gap}`)]),
    gaps,
  };
}
