/** A phase of the run lasts from its first host's start to its last host's end. */
import { agentPhases } from '../model/protocol.ts';
import type { Run } from '../model/run.ts';
import type { Band } from './section.ts';

export function bandsOf({ hosts }: Run): readonly Band[] {
  return agentPhases.flatMap((phase) => {
    const spans = hosts.flatMap((host) => host.phases.filter((span) => span.phase === phase));
    if (spans.length === 0) return [];
    const from = spans.reduce((least, span) => Math.min(least, span.startMs), Infinity) / 1000;
    const to = spans.reduce((most, span) => Math.max(most, span.endMs), -Infinity) / 1000;
    return [{ label: phase, from, to }];
  });
}

/** Where the last phase ended, in seconds. */
export function endOf(bands: readonly Band[]): number {
  return bands.reduce((latest, { to }) => Math.max(latest, to), 0);
}
