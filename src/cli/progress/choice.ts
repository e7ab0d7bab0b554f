/** What is shown while a run goes on, from what was asked for and what the terminal can do. */
export const progressChoices = ['auto', 'tty', 'plain', 'json', 'quiet'] as const;
export type ProgressChoice = (typeof progressChoices)[number];
export type Progress = Exclude<ProgressChoice, 'auto'>;

export interface ProgressQuestion {
  readonly choice: ProgressChoice;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** A terminal in CI is a log that nobody can draw in. */
export function progressOf({ choice, environment, isTerminal }: ProgressQuestion): Progress {
  if (choice !== 'auto') return choice;
  const { CI, TERM } = environment;
  const isCi = CI !== undefined && CI !== '' && CI !== 'false';
  return isTerminal && TERM !== 'dumb' && !isCi ? 'tty' : 'plain';
}
