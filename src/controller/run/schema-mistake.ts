/** What is wrong with a host's JSON, in one line: a schema's own message is a page, and a hostile host decides how long. */
import * as z from 'zod/mini';
import { messageOf } from '../../model/errors.ts';

export function schemaMistake(thrown: unknown): string {
  if (!(thrown instanceof z.core.$ZodError)) return messageOf(thrown).slice(0, 200);
  const [issue] = thrown.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.').slice(0, 100)}: `;
  return `${where}${issue?.message ?? 'not what was agreed on'}`.slice(0, 200);
}
