/** Failures of all results, those that look the same as one, with the hosts that had them. */
import type { ErrorGroup } from '../../../model/run.ts';
import { round } from '../round.ts';
import type { BroughtResult } from './overlap.ts';

/** The most frequent; all are counted with their operations. */
const maxGroups = 1000;
const maxExamples = 3;

/** `zeroMs`: undefined where times of the run are no times of day. */
export function shareErrors(brought: readonly BroughtResult[], zeroMs: number | undefined): readonly ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  for (const { name, held } of brought) {
    for (const { what, code, message, operation, count, firstMs, lastMs, examples } of held.errors) {
      const error = [what, code].filter((word) => word !== '').join(' ');
      const key = JSON.stringify([operation, error, message]);
      const known = groups.get(key);
      const group: ErrorGroup = known ?? { operation, error, count: 0, hosts: [], examples: [] };
      if (known === undefined) groups.set(key, group);
      if (message !== '') group.message = message;
      group.count += count;
      if (!group.hosts.includes(name)) group.hosts.push(name);
      if (zeroMs !== undefined && firstMs !== undefined) {
        group.firstMs = Math.min(group.firstMs ?? Infinity, round(firstMs - zeroMs));
      }
      if (zeroMs !== undefined && lastMs !== undefined) {
        group.lastMs = Math.max(group.lastMs ?? -Infinity, round(lastMs - zeroMs));
      }
      // One of each host tells more than three of the first.
      const wanted = group.examples.length === 0 ? examples : examples.slice(0, 1);
      for (const text of wanted) {
        if (group.examples.length < maxExamples) group.examples.push({ host: name, file: '', text });
      }
    }
  }
  return [...groups.values()]
    .toSorted((a, b) => b.count - a.count || (keyOf(a) < keyOf(b) ? -1 : 1))
    .slice(0, maxGroups);
}

function keyOf({ operation, error, message }: ErrorGroup): string {
  return JSON.stringify([operation, error, message]);
}
