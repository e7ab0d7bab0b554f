/** From names of the race that don't add up to findings. */
import type { Finding } from '../../../model/finding.ts';
import { objectOf, ownerOfArena, pathOf } from '../../../model/namespace.ts';
import { capFindings } from '../../findings/fold.ts';
import type { History } from '../../history.ts';
import { judgeWinners } from '../../findings/promise.ts';
import type { Contradiction } from './races.ts';
import { proofOf } from '../../findings/proof.ts';
import { hostName } from '../../findings/words.ts';

export function raceFindings(history: History, code: Contradiction['code']): readonly Finding[] {
  return capFindings(
    history.contradictions().filter((contradiction) => contradiction.code === code),
    (contradiction) => findingOf(history, contradiction),
  );
}

const race = ownerOfArena('race');

function findingOf(history: History, contradiction: Contradiction): Finding {
  const { code, name, ids, successes, possible } = contradiction;
  const { grade, clause } = judgeWinners(history.consistency);
  const seen = ids[0] ?? history.scan(race).names.get(name)?.[0]?.id;
  const first = history.log.entry(seen ?? -1);
  return {
    code,
    grade,
    host: hostName(history, first?.host ?? 0),
    file: pathOf(race, name),
    count: Math.max(1, successes - possible),
    expected: expectedText(contradiction),
    found: `${foundText(contradiction)}${clause}`,
    ...proofOf(history, [...(ids.length > 0 ? ids : [seen]), ...missedBy(history, contradiction)]),
  };
}

/** The last listing that lacks what was made. */
function missedBy(history: History, { code, name }: Contradiction): readonly number[] {
  const listings = code === 'D01' ? history.scan(race).finalListings(objectOf(name).folder) : [];
  return listings.slice(0, 1).map(({ id }) => id);
}

function expectedText({ code, possible, name, isThere }: Contradiction): string {
  if (code === 'D01') return 'there: made, and never removed';
  if (code === 'D03') return 'absent: nobody made it';
  const end = isThere === undefined ? '' : `, as in the end it is ${isThere ? 'there' : 'not there'}`;
  return `at most ${possible} of those who ${deeds[code](name)} succeeds${end}`;
}

function foundText({ code, successes }: Contradiction): string {
  if (code === 'D01') return "absent in every host's last listing";
  return code === 'D03' ? 'listed' : `${successes} succeeded`;
}

const deeds = {
  N07: () => 'make this name',
  N08: (name: number) => (objectOf(name).kind === 'subfolder' ? 'make this folder' : 'rename this file away'),
  N09: () => 'remove this name',
} as const;
