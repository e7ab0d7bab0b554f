/** The limits on one command: how long it may take, and how long it may say nothing. Each says its name and its option. */
import { FunbricError } from '../../model/errors.ts';

export class CommandLimits implements Disposable {
  readonly #abort = new AbortController();
  readonly #host: string;
  readonly #idleMs: number;
  readonly #whole: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** Outputs that are being handed on: as long as there is one, the command isn't silent. */
  #held = 0;

  constructor(
    host: string,
    { limitMs, idleMs = 0 }: { readonly limitMs: number; readonly idleMs?: number | undefined },
  ) {
    this.#host = host;
    this.#idleMs = idleMs;
    if (limitMs > 0) this.#whole = setTimeout(() => this.#end(tooLong(host, limitMs)), limitMs);
    this.#await();
  }

  /**
   * Aborts as the given signal does, or with the error of the limit that passed first. Where there is no limit it is the given
   * one itself: a signal of its own for each of many hosts costs more than what it says.
   */
  with(signal: AbortSignal): AbortSignal {
    return this.#whole === undefined && this.#idleMs <= 0 ? signal : AbortSignal.any([signal, this.#abort.signal]);
  }

  /** It said something; its silence begins when what was said is handed on. */
  heard(): Disposable {
    this.#held++;
    clearTimeout(this.#idle);
    return {
      [Symbol.dispose]: () => {
        this.#held--;
        if (this.#held === 0) this.#await();
      },
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#idle);
    this.#held = Infinity;
  }

  #await(): void {
    if (this.#idleMs > 0) this.#idle = setTimeout(() => this.#end(tooSilent(this.#host, this.#idleMs)), this.#idleMs);
  }

  #end(error: FunbricError): void {
    this.#abort.abort(error);
  }
}

function tooLong(host: string, ms: number): FunbricError {
  return new FunbricError(
    'limit',
    `${host}: the command didn't end within ${ms / 1000} s, its command limit (-T, --command-timeout)`,
    { hint: 'the host may be overloaded or its file system may hang; or raise -T' },
  );
}

function tooSilent(host: string, ms: number): FunbricError {
  return new FunbricError(
    'limit',
    `${host}: the command said nothing for ${ms / 1000} s, its idle limit (--idle-timeout)`,
    {
      hint: 'does it hang, or work in silence? then raise --idle-timeout',
    },
  );
}
