/** With --strict: the first thing that is wrong ends the stress on every host. What there is then is still read back. */
import { FunbricError } from '../../model/errors.ts';
import type { UnexpectedError } from '../../model/protocol.ts';
import type { Emit } from '../events/events.ts';
import type { ProvenSoFar } from '../live/look.ts';
import type { HostRun } from './host-run.ts';

export class StrictEnd {
  readonly #emit: Emit;
  readonly #errors = new Map<HostRun, FunbricError>();
  readonly #end = new AbortController();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Aborts when every stress is to end. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What a host fails with. */
  errorOf(host: HostRun): FunbricError | undefined {
    return this.#errors.get(host);
  }

  byError(host: HostRun, { worker, operation, file, error, sequence }: UnexpectedError): void {
    const what = `worker ${worker}: ${operation} of ${file ?? 'an unknown file'}: ${error} (its operation ${sequence})`;
    this.#errors.set(host, new FunbricError('task', `${host.name}: --strict: ${what}`));
    this.#say(host.name, what);
    this.#end.abort();
  }

  /** It fails no host: the merge finds it again, and fails the run. */
  byFinding({ code, host, file }: ProvenSoFar): void {
    if (this.#end.signal.aborted) return;
    this.#say(host, `${code} of ${file} is proven`);
    this.#end.abort();
  }

  #say(host: string, what: string): void {
    this.#emit({ kind: 'line', host, stream: 'log', text: `--strict ends the stress: ${what}` });
  }
}
