/**
 * Every operation ends within the limit that the plan sets. One that ended later says so in its record; one without an
 * answer had none when its block was written, or when its host was last heard of.
 */
import type { Finding } from '../../model/finding.ts';
import type { Witness } from '../../model/witness.ts';
import { parsePath, pathOf } from '../../model/namespace.ts';
import { kindName, outcomes, recordKinds } from '../../model/record.ts';
import type { Check } from '../check.ts';
import { hostOf, type HostEvidence } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { entryAt, type BlockSegment, type Entry } from '../journal/record-log.ts';
import { ageMsOf } from '../journal/striking.ts';
import { hostName, witness } from '../findings/words.ts';

export const hungOperations: Check = {
  code: 'H01',
  claim: 'every operation ends within the limit of the plan',
  examine(history) {
    const hungMs = history.facts.limits?.hungMs;
    if (hungMs === undefined) return [];
    const recorded = history.log.segments.flatMap((segment) => hungIn(history, segment, hungMs));
    const known = new Set(recorded.map(({ worker }) => worker));
    const heard = history.hosts
      .flatMap((host, index) => hungAsHeard(history, host, { index, hungMs }))
      .filter(({ worker }) => !known.has(worker));
    return capFindings([...recorded, ...heard], (hang) => findingOf(history, hang, hungMs));
  },
};

interface Hang {
  /** Run-wide. */
  readonly worker: number;
  readonly operation: string;
  readonly file: string;
  readonly ageMs: number;
  readonly hasEnded: boolean;
  readonly entry?: Entry;
}

function hungIn(history: History, segment: BlockSegment, hungMs: number): readonly Hang[] {
  if (history.hosts[segment.host]?.isTrusted !== true) return [];
  const hangs: Hang[] = [];
  for (let at = 0; at < segment.count; at++) {
    const ageMs = ageMsOf(segment, at);
    if (!(ageMs > hungMs)) continue;
    const entry = entryAt(segment, at);
    const { kind, owner, name, outcome } = entry.record;
    const hasEnded = outcome !== outcomes.pending;
    hangs.push({
      worker: segment.worker,
      operation: kindName(kind),
      file: pathOf(owner, name),
      ageMs,
      hasEnded,
      entry,
    });
  }
  return hangs;
}

/** The longest of each worker: what heartbeats say of an operation that no journal brought back. */
function hungAsHeard(
  history: History,
  host: HostEvidence,
  { index, hungMs }: { readonly index: number; readonly hungMs: number },
): readonly Hang[] {
  const longest = new Map<number, Hang>();
  for (const { oldest } of host.heartbeats ?? []) {
    if (oldest === undefined || !(oldest.ageMs > hungMs) || hostOf(history.facts, oldest.worker) !== index) continue;
    const { worker, operation, ageMs, file = '' } = oldest;
    if ((longest.get(worker)?.ageMs ?? 0) >= ageMs) continue;
    // Only what we could have named ourselves: the rest is a host's invention.
    const isKnown = parsePath(file) !== undefined && Object.hasOwn(recordKinds, operation);
    longest.set(worker, {
      worker,
      operation: isKnown ? operation : 'an operation',
      file: isKnown ? file : '.',
      ageMs,
      hasEnded: false,
    });
  }
  return [...longest.values()];
}

function findingOf(history: History, hang: Hang, hungMs: number): Finding {
  const { worker, operation, file, ageMs, hasEnded, entry } = hang;
  const seconds = `${Math.round(ageMs / 100) / 10} s`;
  const who = `worker ${worker % history.facts.workers}`;
  const shown: readonly Witness[] = entry === undefined ? [] : [witness(history, entry)];
  return {
    code: 'H01',
    grade: isSure(history, hang, hungMs) ? 'proven' : 'suspect',
    host: hostName(history, hostOf(history.facts, worker)),
    file,
    count: 1,
    expected: `an answer within ${hungMs / 1000} s`,
    found: hasEnded
      ? `${operation} by ${who} took ${seconds}`
      : `${operation} by ${who} had no answer after ${seconds}`,
    witness: [...shown],
  };
}

/** A clock that stepped ahead makes any operation long: then the controller's has to say so too. */
function isSure({ facts, hosts }: History, { worker, entry }: Hang, hungMs: number): boolean {
  const clock = hosts[hostOf(facts, worker)]?.clock;
  if (clock === undefined || (clock.isRising && clock.steps.length === 0)) return true;
  const start = entry === undefined ? undefined : clock.toController(entry.record.startNs);
  const end = entry === undefined ? undefined : clock.toController(entry.record.endNs);
  return start !== undefined && end !== undefined && end.low - start.high > hungMs * 1e6;
}
