/** No host's operations fail more often than the plan allows. Errors that the workload expects, as its agent counts them, don't count. */
import { errnoNameOf } from '../../model/errno.ts';
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import type { Check } from '../check.ts';
import type { History } from '../history.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import { isUnexpected, maxErrorsShown } from '../journal/striking.ts';
import { hostName, witness } from '../findings/words.ts';

export const errorStorms: Check = {
  code: 'H02',
  claim: "no more of a host's operations fail than the plan allows",
  examine(history) {
    const share = history.facts.limits?.errorShare;
    if (share === undefined) return [];
    return history.hosts.flatMap(({ stress }, host) => {
      const isStorm = stress !== undefined && stress.errors > share * stress.operations;
      return isStorm ? [findingOf(history, host, { ...stress, share })] : [];
    });
  },
};

function findingOf(
  history: History,
  host: number,
  { operations, errors, share }: { readonly operations: number; readonly errors: number; readonly share: number },
): Finding {
  const entries = firstErrors(history, host);
  const [first] = entries;
  return {
    code: 'H02',
    grade: 'proven',
    host: hostName(history, host),
    file: first === undefined ? '.' : pathOf(first.record.owner, first.record.name),
    count: errors,
    expected: `unexpected errors of at most ${percent(share)} of the operations`,
    found: `${errors} of ${operations} operations (${percent(errors / operations)}) ended in an unexpected error`,
    witness: entries.map((entry) => witness(history, entry, errorText(history, entry))),
  };
}

/** Of the errors in its journal, the first that can't be the expected ones. */
function firstErrors(history: History, host: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (const segment of history.log.segments) {
    if (segment.host !== host) continue;
    for (let at = 0; at < segment.count && entries.length < maxErrorsShown; at++) {
      if (isUnexpected(segment, at)) entries.push(entryAt(segment, at));
    }
  }
  return entries;
}

function errorText(history: History, { host, record }: Entry): string {
  return errnoNameOf(record.errno, history.hosts[host]?.client.platform ?? '');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
