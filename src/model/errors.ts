/**
 * What funbric says when it can't go on: a code that decides the exit status, a message that names the host, field or
 * file and what was found, and a hint that says what to do. What hosts do wrong is data (see result.ts), never thrown.
 */
export type ErrorCode = keyof typeof exitStatuses;

/** 1 FAIL, 2 INCOMPLETE, 64 usage, 65 input refused, 70 a bug of ours, 130 interrupted. */
const exitStatuses = {
  task: 1,
  unreachable: 2,
  lost: 2,
  deploy: 2,
  limit: 2,
  evidence: 2,
  usage: 64,
  input: 65,
  bug: 70,
  interrupted: 130,
} as const;

export class FunbricError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'FunbricError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The exit status for anything thrown; what isn't a FunbricError is a bug of ours. */
export function exitStatusOf(thrown: unknown): number {
  return thrown instanceof FunbricError ? exitStatuses[thrown.code] : exitStatuses.bug;
}

/** The text of anything thrown, for a row or a log line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The text with what to do about it, for places that have room for one line only. */
export function explain(thrown: unknown): string {
  const hint = thrown instanceof FunbricError ? thrown.hint : undefined;
  return hint === undefined ? messageOf(thrown) : `${messageOf(thrown)} (${hint})`;
}

/** The name that the system gives a failure: ENOENT. */
export function errorCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}
