/** The order of hosts wherever the report has them: who came to harm, then who stands out, then who was slow. */
import { outliersOf } from '../model/outliers.ts';
import type { HostStatus } from '../model/result.ts';
import type { Run, RunHost } from '../model/run.ts';

export function worstFirst(run: Run): readonly RunHost[] {
  const odd = new Set(outliersOf(run).map(({ host }) => host));
  const rank = (host: RunHost): number => ranks[host.status] + (odd.has(host.name) ? 0 : 0.5);
  return run.hosts.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      b.gaps.length - a.gaps.length ||
      b.errors - a.errors ||
      a.perSecond - b.perSecond ||
      a.index - b.index,
  );
}

const ranks: Readonly<Record<HostStatus, number>> = { failed: 0, lost: 1, unreachable: 2, completed: 3 };
