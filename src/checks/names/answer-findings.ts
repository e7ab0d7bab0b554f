/** From errors that can't be to findings: one for each name and host, with a count of the operations that were told so. */
import type { Finding } from '../../model/finding.ts';
import { pathOf } from '../../model/namespace.ts';
import { hostOf } from '../journal/evidence.ts';
import { capFindings } from '../findings/fold.ts';
import type { History } from '../history.ts';
import { judgeAttributes, judgeReplacement } from '../findings/promise.ts';
import { proofOf } from '../findings/proof.ts';
import { hostName } from '../findings/words.ts';
import type { AnswerCode, WrongAnswer } from './wrong-answers.ts';

export function answerFindings(history: History, code: AnswerCode): readonly Finding[] {
  const all: Told[] = [];
  for (const owner of history.trees) {
    const answers = history.wrongAnswers(owner).filter((answer) => answer.code === code);
    all.push(...answers.map((answer) => ({ owner, answer })));
  }
  return capFindings(all, (told) => findingOf(history, told));
}

interface Told {
  readonly owner: number;
  readonly answer: WrongAnswer;
}

function findingOf(history: History, { owner, answer }: Told): Finding {
  const { code, host, name, errno } = answer;
  const reach = host === hostOf(history.facts, owner) ? 'same client' : 'other client';
  const { grade, clause } =
    code === 'N05' ? judgeReplacement(history.consistency) : judgeAttributes(history.consistency, reach);
  return {
    code,
    grade,
    host: hostName(history, host),
    file: pathOf(owner, name),
    count: answer.sightings,
    expected: expected[code],
    found: `${errno}${clause}`,
    ...proofOf(history, [...answer.because, answer.id]),
  };
}

const expected: Readonly<Record<AnswerCode, string>> = {
  N05: 'a file: there was one throughout, the old or the one that was renamed onto it',
  N10: 'no such error: the names were not in the state that it tells of',
  N13: 'a file: it was there, under this name, all the time',
};
