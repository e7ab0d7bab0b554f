/**
 * The one look that a survey takes at every record of a journal: what all of them add up to is added up here, and the few of which
 * more is asked are named, so that those who ask needn't look for them among millions.
 */
import { continuedKinds, readKinds, tagOf } from '../../checks/journal/kinds.ts';
import { stressPhase } from '../../checks/journal/phases.ts';
import type { BlockSegment } from '../../checks/journal/record-log.ts';
import { contents, layout, outcomes, recordKinds } from '../../model/record.ts';
import type { HostLatency } from './latency.ts';

export class FirstLook {
  chunksVerified = 0;
  readonly #latency: HostLatency;
  readonly #longNs: number;

  constructor(to: { readonly latency: HostLatency; readonly longNs: number }) {
    this.#latency = to.latency;
    this.#longNs = to.longNs;
  }

  /** The places of all that didn't succeed, took longer than `longNs`, or listed a folder in verify. */
  take({ phase, views: { u8, u32, f64 }, count }: BlockSegment): readonly number[] {
    const rare: number[] = [];
    const latency = phase === stressPhase ? this.#latency : undefined;
    const longNs = this.#longNs;
    let chunks = 0;
    for (let at = 0; at < count; at++) {
      const is = traits[tagOf(u8[at * 64 + layout.kind] ?? 0, u8[at * 64 + layout.outcome] ?? 0)] ?? 0;
      const endNs = f64[at * 8 + layout.endNs] ?? 0;
      const tookNs = endNs - (f64[at * 8 + layout.startNs] ?? 0);
      if ((is & rareTrait) !== 0 || tookNs > longNs) rare.push(at);
      if ((is & readTrait) !== 0 && u8[at * 64 + layout.content] === contents.data) {
        chunks += u32[at * 16 + layout.count] ?? 0;
      }
      if (latency !== undefined && (is & timedTrait) !== 0) latency.take(endNs, tookNs);
    }
    this.chunksVerified += chunks;
    return rare;
  }
}

const [rareTrait, readTrait, timedTrait] = [1, 2, 4];

function traitsOf(kind: number, outcome: number): number {
  const isRare = outcome !== outcomes.ok || kind === recordKinds.scanList;
  const isRead = outcome === outcomes.ok && readKinds.has(kind);
  const isTimed = outcome !== outcomes.pending && !continuedKinds.has(kind);
  return (isRare ? rareTrait : 0) | (isRead ? readTrait : 0) | (isTimed ? timedTrait : 0);
}

/** By tag. */
const traits = new Uint8Array(256);
for (const kind of Object.values(recordKinds)) {
  for (const outcome of Object.values(outcomes)) traits[tagOf(kind, outcome)] = traitsOf(kind, outcome);
}
