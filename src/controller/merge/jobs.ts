/** What a thread of its own can do for a merge: look through one journal, sort it, or check one part of the run. */
import { partCoverageOf, type PartCoverage } from '../../checks/coverage.ts';
import type { History } from '../../checks/history.ts';
import type { RowRange } from '../../checks/journal/record-log.ts';
import { Room } from '../../checks/journal/record-sorter.ts';
import { errorCodeOf, messageOf } from '../../model/errors.ts';
import { consistencyPartOf, type ConsistencyPart } from './consistency.ts';
import { examinePart, type CheckPart } from './examine.ts';
import { loadPart, type RunBasis } from './parts.ts';
import { sortJournal, type SortedJournal, type SortRequest } from './sorted-journal.ts';
import { surveyJournal, type Survey, type SurveyRequest } from './survey.ts';

export type Job =
  | { readonly kind: 'survey'; readonly request: SurveyRequest }
  | { readonly kind: 'sort'; readonly request: SortRequest }
  /** `basis`: where it is another than with the job before. */
  | { readonly kind: 'part'; readonly rows: RowRange; readonly basis?: RunBasis };

export type JobAnswer =
  | { readonly kind: 'survey'; readonly survey: Survey }
  | { readonly kind: 'sort'; readonly sorted: SortedJournal }
  | { readonly kind: 'part'; readonly parts: readonly PartAnswer[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** What all checks say of one part, or of some trees of it. */
export interface PartAnswer {
  readonly checks: readonly CheckPart[];
  readonly coverage: PartCoverage;
  readonly consistency: ConsistencyPart | undefined;
}

/** Does one job after the other, here and now. */
export function jobRunner(): (job: Job) => JobAnswer {
  let basis: RunBasis | undefined;
  const room = new Room();
  return (job) => {
    try {
      if (job.kind === 'survey') return { kind: 'survey', survey: surveyJournal(job.request) };
      if (job.kind === 'sort') return { kind: 'sort', sorted: sortJournal(job.request) };
      basis = job.basis ?? basis;
      if (basis === undefined) throw new Error('a part without its run');
      return { kind: 'part', parts: Array.from(loadPart(basis, job.rows, room), answerOf) };
    } catch (error) {
      // ENOENT rather than a message with the path: a run says the same wherever its folder lies.
      return { kind: 'failed', reason: errorCodeOf(error) ?? messageOf(error) };
    }
  };
}

function answerOf(history: History): PartAnswer {
  const checks = examinePart(history);
  return { checks, coverage: partCoverageOf(history), consistency: consistencyPartOf(history, checks) };
}
