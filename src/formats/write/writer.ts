/** A writer makes files of a judged run for other programs: what they are called, and their text. It adds nothing to what the run says. */
import type { Run } from '../../model/run.ts';

export interface Writer {
  /** As `--to` has it. */
  readonly name: string;
  /** What it is for, in a line. */
  readonly summary: string;
  /** One, or where a format holds one table a file, several. */
  readonly files: (run: Run) => readonly WrittenFile[];
}

export interface WrittenFile {
  readonly name: string;
  readonly text: string;
}
