/** From wrong attributes to findings: one for each file, with a count of the looks. */
import type { Finding, Grade } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { hostOf } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { judgeAttributes, type Judgement } from '../findings/promise.ts';
import type { AttributeCode, WrongAttribute } from './wrong-attributes.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';

export function attributeFindings(history: History, code: AttributeCode): readonly Finding[] {
  const sighted: Sighted[] = [];
  for (const owner of history.trees) {
    const files = new Map<number, Sighted>();
    for (const wrong of history.wrongAttributes(owner)) {
      if (wrong.code !== code) continue;
      const judgement = judge(history, owner, wrong);
      const known = files.get(wrong.incarnation);
      const sightings = wrong.sightings + (known?.sightings ?? 0);
      const isBetter = known === undefined || ranks[judgement.grade] > ranks[known.judgement.grade];
      files.set(wrong.incarnation, isBetter ? { owner, wrong, judgement, sightings } : { ...known, sightings });
    }
    sighted.push(...files.values());
  }
  return capFindings(sighted, (one) => findingOf(history, code, one));
}

interface Sighted {
  readonly owner: number;
  readonly wrong: WrongAttribute;
  readonly judgement: Judgement;
  readonly sightings: number;
}

const ranks: Readonly<Record<Grade, number>> = { proven: 3, suspect: 2, indeterminate: 1, allowed: 0 };

function judge(history: History, owner: number, { code, host, isCertain, isOfXattr }: WrongAttribute): Judgement {
  const reach = host === hostOf(history.facts, owner) ? 'same client' : 'other client';
  const judgement = judgeAttributes(history.consistency, reach);
  const isOfClock = code === 'M01' || code === 'M02';
  if (judgement.grade !== 'proven') return judgement;
  // Clients of one file system may keep times of their own.
  if (isOfClock && reach === 'other client')
    return { grade: 'suspect', clause: '; clients may keep times of their own' };
  if (doesNotKeep.has(code) && history.hosts[host]?.forgetsAttributes === true)
    return { grade: 'suspect', clause: forgetful };
  if (isCertain) return judgement;
  return { grade: 'suspect', clause: isOfClock ? steppedClock : isOfXattr === true ? keepsNoXattrs : keepsNone };
}

const doesNotKeep: ReadonlySet<string> = new Set(['M01', 'M02', 'M06']);

const forgetful = '; FAT makes up inodes and rounds times when it has forgotten them';
const steppedClock = '; the file may have been changed in between, and a clock that was set back explains it then';
const keepsNone = '; no look saw two modes that chmod had set: perhaps this file system keeps none';

const keepsNoXattrs = '; no look saw an attribute that had been set: perhaps this file system keeps none';

function findingOf(history: History, code: AttributeCode, { owner, wrong, judgement, sightings }: Sighted): Finding {
  return {
    code,
    grade: judgement.grade,
    host: hostName(history, wrong.host),
    file: pathOf(owner, wrong.name),
    count: sightings,
    expected: wrong.expected,
    found: `${wrong.found}${judgement.clause}`,
    ...proofOf(history, [wrong.because, wrong.id]),
  };
}
