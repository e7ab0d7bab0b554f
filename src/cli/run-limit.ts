/** --run-timeout: one limit on all that a command line does; when it has passed, everything ends as by Ctrl-C. */
import { FunbricError } from '../model/errors.ts';
import { durationOf } from './terminal/duration.ts';

export interface RunLimit extends Disposable {
  /** Aborts with Ctrl-C, or with the limit. */
  readonly signal: AbortSignal;
}

/** `ms` 0: no limit. */
export function limitRun(ms: number, interrupt: AbortSignal): RunLimit {
  if (ms === 0) return { signal: interrupt, [Symbol.dispose]: () => undefined };
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new FunbricError('limit', `the run took longer than ${durationOf(ms)}, its limit (--run-timeout)`));
  }, ms);
  return { signal: AbortSignal.any([interrupt, late.signal]), [Symbol.dispose]: () => clearTimeout(timer) };
}
