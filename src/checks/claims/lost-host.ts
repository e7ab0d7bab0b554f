/**
 * Every planned host takes part to the end. What a host that went away, or was never reached, did or saw is unknown: that
 * proves nothing against the file system, and keeps the run from passing.
 */
import type { Check } from '../check.ts';

export const lostHosts: Check = {
  code: 'H03',
  claim: 'every planned host takes part to the end',
  examine: (history) =>
    history.hosts.flatMap(({ name, gone }) =>
      gone === undefined
        ? []
        : [
            {
              code: 'H03',
              grade: 'indeterminate' as const,
              host: name,
              file: '.',
              count: 1,
              expected: 'there to the end',
              found: gone,
              witness: [],
            },
          ],
    ),
};
