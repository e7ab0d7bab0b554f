/**
 * Stale reads that close-to-open doesn't allow. Every operation of the workload opens and closes its file, so that a change
 * that ended before a read began was closed before the read's open. But clients compare time stamps, which may be as coarse as
 * a second, and an answer may pair old data with a new stamp: so there must be a change that began long after the first one
 * that the reader didn't see, and ended long before it opened. Its stamp is another than any that goes with the old data.
 */
import type { Evidence } from '../journal/evidence.ts';
import type { StaleRead } from './file-reads.ts';
import { changesOfIncarnation, covers, firstMissed, type FileChanges, type Registers } from '../tree/registers.ts';
import type { Tree } from '../tree/tree.ts';

export function tellCloseToOpen(
  evidence: Evidence,
  { tree, registers }: { readonly tree: Tree; readonly registers: Registers },
  stale: readonly StaleRead[],
): readonly StaleRead[] {
  if (evidence.consistency !== 'close-to-open') return stale;
  return stale.map((read): StaleRead => {
    const changes = changesOfIncarnation(registers, read.incarnation);
    // What came under its name later may have been a copy that a client took for it.
    const isJudged = tree.isWhole && read.code === 'D12' && changes !== undefined && !maySeeCopy(evidence, tree, read);
    const broken = !isJudged ? undefined : changeMissed(evidence, changes, read);
    return broken === undefined ? read : { ...read, ...broken, code: 'V01' };
  });
}

/** A client may know a name for longer than the file under it: then it opens one that was copied, and shows that as it is. */
function maySeeCopy({ log }: Evidence, { names, copies }: Tree, { id, incarnation }: StaleRead): boolean {
  const bound = names.get(log.entry(id)?.record.name ?? -1)?.bound ?? [];
  return [...bound].some((file) => copies.get(file)?.ancestors.has(incarnation) === true);
}

type Missed = Pick<StaleRead, 'change' | 'shownBy' | 'newerGeneration'>;

/** The coarsest time stamps of a file system in use. */
const coarseNs = 1e9;

/** A change that the reader's client had to learn of. */
function changeMissed(evidence: Evidence, changes: FileChanges, stale: StaleRead): Missed | undefined {
  const first = firstMissed(changes, stale.chunk, stale.generation);
  const unseen = first === undefined ? undefined : evidence.log.entry(changes.columns.ids[first] ?? -1);
  const read = evidence.log.entry(stale.id);
  if (first === undefined || unseen === undefined || read === undefined || unseen.host === read.host) return undefined;
  const reader = evidence.hosts[read.host]?.clock;
  const writer = evidence.hosts[unseen.host]?.clock;
  const openedNs = reader?.toController(read.record.startNs)?.low ?? -Infinity;
  const lateMs = Math.max(...[read.host, unseen.host].map((host) => evidence.hosts[host]?.reopenMs ?? Infinity));
  for (let at = changes.columns.ids.indexOf(stale.change, first); at > first; at--) {
    const change = covers(changes.columns, at, stale.chunk)
      ? evidence.log.entry(changes.columns.ids[at] ?? -1)
      : undefined;
    if (change === undefined) continue;
    if (change.record.startNs < unseen.record.endNs + coarseNs) return undefined;
    const closedNs = writer?.toController(change.record.endNs)?.high ?? Infinity;
    if (closedNs + lateMs * 1e6 < openedNs) {
      return { change: change.id, shownBy: change.id, newerGeneration: change.record.generation };
    }
  }
  return undefined;
}
