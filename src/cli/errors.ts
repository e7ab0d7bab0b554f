/** How an error looks: what happened, what to do; of a bug of ours also where, and whom to tell. */
import type { ChalkInstance } from 'chalk';
import { FunbricError, messageOf } from '../model/errors.ts';
import { sanitizeLines } from './terminal/sanitize.ts';

export function describeError(thrown: unknown, colors: ChalkInstance): string {
  if (thrown instanceof FunbricError && thrown.code !== 'bug') {
    const hint = thrown.hint === undefined ? '' : `${colors.cyan('hint:')} ${sanitizeLines(thrown.hint)}\n`;
    return `${colors.red('funbric:')} ${sanitizeLines(thrown.message)}\n${hint}`;
  }
  const stack = thrown instanceof Error && thrown.stack !== undefined ? thrown.stack : messageOf(thrown);
  const says = `${colors.red('funbric: a bug of ours:')} ${sanitizeLines(messageOf(thrown))}`;
  const hint = `${colors.cyan('hint:')} report it with these lines, the command, and the versions of funbric and Node`;
  return `${says}\n${sanitizeLines(stack)}\n${hint}\n`;
}
