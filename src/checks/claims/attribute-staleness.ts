/**
 * A stat says how long the file certainly was throughout: the same file under that name, and no change of its size under
 * way. Weak mounts cache attributes, for a while.
 */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { isElsewhere } from '../evidence.ts';
import { capFindings } from '../fold.ts';
import type { History } from '../history.ts';
import { inStress } from '../phases.ts';
import { judgeAttributes } from '../promise.ts';
import type { Segment } from '../record-log.ts';
import { steadySize, type SteadySize } from '../steady-size.ts';
import { isPastCaches } from '../visibility.ts';
import { hostName, witnesses } from '../words.ts';

export const staleAttributes: Check = {
  code: 'V03',
  claim: 'a stat tells the size that the file certainly had',
  examine(history) {
    const stale = new Map<string, StaleStat>();
    for (let owner = 0; owner < history.owners; owner++) {
      if (!history.tree(owner).isWhole) continue;
      history.log.visit(
        owner,
        (segment, at) => {
          const stat = judge(history, { owner, segment, at });
          if (stat === undefined) return;
          const key = `${stat.isPast}/${stat.host}/${owner}/${stat.incarnation}`;
          const known = stale.get(key);
          if (known === undefined) stale.set(key, stat);
          else known.sightings++;
        },
        (segment) => inStress(segment) && !isElsewhere(history.facts, segment.host, owner),
      );
    }
    return capFindings([...stale.values()], (stat) => findingOf(history, stat));
  },
};

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
  at: { readonly owner: number; readonly segment: Segment; readonly at: number },
): StaleStat | undefined {
  const { segment, owner } = at;
  const { u8, u32, f64 } = segment.views;
  const isStat = u8[at.at * 64 + layout.kind] === recordKinds.stat;
  if (!isStat || u8[at.at * 64 + layout.outcome] !== outcomes.ok) return undefined;
  const steady = steadySize(history, at);
  const seen = f64[at.at * 8 + layout.size] ?? 0;
  if (steady === undefined || steady.size === seen) return undefined;
  const { host, firstId } = segment;
  const id = firstId + at.at;
  const look = history.log.entry(id);
  const change = steady.sizedBy === undefined ? undefined : history.log.entry(steady.sizedBy);
  const isPast = look !== undefined && change !== undefined && isPastCaches(history, change, look);
  return { ...steady, owner, host, name: u32[at.at * 16 + layout.name] ?? 0, id, seen, isPast, sightings: 1 };
}

function findingOf(history: History, stat: StaleStat): Finding {
  const { owner, host, size, seen, isPast } = stat;
  const { grade, clause } = judgeAttributes(history.consistency, isPast);
  return {
    code: 'V03',
    grade,
    host: hostName(history, host),
    file: pathOf(owner, stat.name),
    count: stat.sightings,
    expected: `${size} bytes, as the file had them throughout`,
    found: `${seen} bytes${clause}`,
    witness: witnesses(history, [stat.sizedBy, stat.id]),
  };
}
