/** Colours where they are wanted: --no-color, then FORCE_COLOR, NO_COLOR, TERM=dumb, then whether a person looks on. */
import { Chalk, type ChalkInstance } from 'chalk';

export interface ColorQuestion {
  /** --color and --no-color. */
  readonly isWanted: boolean | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

export function makeColors(question: ColorQuestion): ChalkInstance {
  // Sixteen colours are all we use, and every terminal has them.
  return new Chalk({ level: isColored(question) ? 1 : 0 });
}

function isColored({ isWanted, environment, isTerminal }: ColorQuestion): boolean {
  if (isWanted !== undefined) return isWanted;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  const none = environment['NO_COLOR'];
  if (none !== undefined && none !== '') return false;
  return isTerminal && environment['TERM'] !== 'dumb';
}
