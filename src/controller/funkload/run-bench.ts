/** The bench of a run whose hosts brought results of FunkLoad, for its run.json. */
import type { Run } from '../../model/run.ts';
import { benchOf } from './bench.ts';
import { readBrought } from './inputs.ts';

export async function withBench(folder: string, run: Run): Promise<Run> {
  const { files } = await readBrought(folder, run);
  const bench = benchOf(files.flatMap(({ results }) => results));
  if (bench === undefined) return run;
  if (bench.monitored.length === 0) return { ...run, bench };
  // A bench has them as people read them: raw totals beside these would be the same once more.
  const { figures: _, ...others } = run;
  return { ...others, bench };
}
