/** When locks were held, as far as that is certain: by a host's own clock, and between hosts for every clock within the bounds. */
import { isTimed, type Evidence } from '../../journal/evidence.ts';
import type { Doubt, Section } from './lock-sections.ts';

export interface Span {
  readonly low: number;
  readonly high: number;
}

/** That of one host, or (undefined) the controller's. */
export type Clock = number | undefined;

/** What is on each host's own clock, and all together on the controller's. */
export function byClock<T extends { readonly host: number }>(items: readonly T[]): ReadonlyMap<Clock, readonly T[]> {
  const groups = new Map<Clock, T[]>([[undefined, [...items]]]);
  for (const item of items) {
    const group = groups.get(item.host);
    if (group === undefined) groups.set(item.host, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * From the latest that it can have begun to the earliest that it can have ended: the other way round where it was shorter than
 * what the clocks leave open. Two overlap for certain if each began for certain before the other ended.
 */
export function certainSpan(evidence: Evidence, clock: Clock, section: Section): Span | undefined {
  const { heldNs, letGoNs } = section;
  if (letGoNs < heldNs) return undefined;
  if (clock !== undefined) return isTimed(evidence, clock) ? { low: heldNs, high: letGoNs } : undefined;
  const low = onController(evidence, section.host, heldNs)?.high;
  const high = onController(evidence, section.host, letGoNs)?.low;
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** From the earliest that it can have begun to the latest that it can have ended. */
export function possibleSpan(
  evidence: Evidence,
  clock: Clock,
  { host, startNs, endNs }: Omit<Doubt, 'isShared'>,
): Span {
  if (clock !== undefined) {
    return isTimed(evidence, clock) ? { low: startNs, high: endNs } : { low: -Infinity, high: Infinity };
  }
  return {
    low: onController(evidence, host, startNs)?.low ?? -Infinity,
    high: Number.isFinite(endNs) ? (onController(evidence, host, endNs)?.high ?? Infinity) : Infinity,
  };
}

/** Whether all of `a` is certainly over before `b` is asked for. */
export function isBefore(evidence: Evidence, a: Section, b: Section): boolean {
  if (a.worker === b.worker) return a.id < b.id;
  const clock = a.host === b.host ? a.host : undefined;
  return possibleSpan(evidence, clock, a).high < possibleSpan(evidence, clock, b).low;
}

function onController({ hosts }: Evidence, host: number, atNs: number): Span | undefined {
  return hosts[host]?.clock?.toController(atNs);
}
