/** The caller's signal and the connect limit in one. A person who is asked something isn't the host, and has all the time. */
import type { Waiting } from '../auth/credentials.ts';
import { ConnectLimitPassed } from '../connection/errors.ts';
import { onAbort } from '../on-abort.ts';

export interface ConnectLimit extends Waiting {
  start(): void;
  end(): void;
}

export function makeConnectLimit(signal: AbortSignal, connectMs: number): ConnectLimit {
  const controller = new AbortController();
  const stopListening = onAbort(signal, () => controller.abort(signal.reason));
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new ConnectLimitPassed(connectMs)), connectMs);
  };
  return {
    signal: controller.signal,
    start: () => timer ?? restart(),
    end() {
      clearTimeout(timer);
      stopListening();
    },
    isAsking: () => asked > 0,
    /** Afterwards the limit starts anew: the host has something to do again. */
    async during(answer) {
      asked++;
      clearTimeout(timer);
      try {
        return await answer;
      } finally {
        if (--asked === 0 && timer !== undefined) restart();
      }
    },
  };
}
