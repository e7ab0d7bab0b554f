/** Claims about the data. A check is one file: what it claims, and how a run is searched for what breaks the claim. */
import type { Finding } from '../model/finding.ts';
import type { History } from './history.ts';

export interface Check {
  /** As in the table of docs/integrity.md: D04. */
  readonly code: string;
  /** What holds where nothing is found, as a sentence. */
  readonly claim: string;
  /** Pure: the history isn't changed. */
  examine(history: History): readonly Finding[];
}
