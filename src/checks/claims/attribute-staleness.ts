/**
 * A stat says how long the file certainly was throughout: the same file under that name, and no change of its size under
 * way. Weak mounts cache attributes, for a while.
 */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { layout, recordKinds } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { isElsewhere } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { kindTable } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import { judgeSize } from '../findings/promise.ts';
import type { Segment } from '../journal/record-log.ts';
import { SteadySizes, type SteadySize } from '../reads/steady-size.ts';
import { isPastCaches } from '../reads/visibility.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export const staleAttributes: Check = {
  code: 'V03',
  claim: 'a stat tells the size that the file certainly had',
  examine(history) {
    const stale = new Map<string, StaleStat>();
    for (const owner of history.trees) {
      const isHere = (segment: Segment): boolean =>
        inStress(segment) && !isElsewhere(history.facts, segment.host, owner);
      const sizes = new SteadySizes(history, owner);
      for (const slice of history.log.slices(owner, isHere)) {
        for (const at of sizes.othersIn(slice, stats)) {
          const stat = judge(history, sizes, { owner, segment: slice.segment, at });
          if (stat === undefined) continue;
          const key = `${stat.isPast}/${stat.host}/${owner}/${stat.incarnation}`;
          const known = stale.get(key);
          if (known === undefined) stale.set(key, stat);
          else known.sightings++;
        }
      }
    }
    return capFindings([...stale.values()], (stat) => findingOf(history, stat));
  },
};

const stats = kindTable([recordKinds.stat]);

interface StaleStat extends SteadySize {
  readonly owner: number;
  readonly host: number;
  readonly name: number;
  readonly id: number;
  readonly seen: number;
  /** No cache may keep it that long. */
  readonly isPast: boolean;
  sightings: number;
}

function judge(
  history: History,
  sizes: SteadySizes,
  at: { readonly owner: number; readonly segment: Segment; readonly at: number },
): StaleStat | undefined {
  const { segment, owner } = at;
  const { host, firstId, views } = segment;
  const id = firstId + at.at;
  const steady = sizes.find(at.segment, at.at);
  if (steady === undefined) return undefined;
  const name = views.u32[at.at * 16 + layout.name] ?? 0;
  const seen = views.f64[at.at * 8 + layout.size] ?? 0;
  const look = history.log.entry(id);
  const change = steady.sizedBy === undefined ? undefined : history.log.entry(steady.sizedBy);
  const isPast = look !== undefined && change !== undefined && isPastCaches(history, change, look);
  return { ...steady, owner, host, name, id, seen, isPast, sightings: 1 };
}

function findingOf(history: History, stat: StaleStat): Finding {
  const { owner, host, size, seen, isPast } = stat;
  const { grade, clause } = judgeSize(history.consistency, isPast);
  return {
    code: 'V03',
    grade,
    host: hostName(history, host),
    file: pathOf(owner, stat.name),
    count: stat.sightings,
    expected: `${size} bytes, as the file had them throughout`,
    found: `${seen} bytes${clause}`,
    ...proofOf(history, [stat.sizedBy, stat.id]),
  };
}
