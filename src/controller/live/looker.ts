/** The thread that looks: a run goes on without it where it dies, of too little memory or of a bug. */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../model/errors.ts';
import { deferred, type Deferred } from '../fan-out/waiting.ts';
import type { LookAnswer, LookRequest } from './look.ts';

export interface Looker extends AsyncDisposable {
  /** Rejects, with a short reason, where the thread died. */
  look(request: LookRequest): Promise<LookAnswer>;
}

/** In the same folder and under the same name as this module, in the package's bundle and beside it. */
const usualProgram = new URL('./look-thread.js', import.meta.url);

/** What isn't done with this much never will be. */
const resourceLimits = { maxOldGenerationSizeMb: 2048, maxYoungGenerationSizeMb: 96 };

export function openLooker(program = usualProgram): Looker {
  const worker = new Worker(program, { resourceLimits });
  let asked: Deferred<LookAnswer> | undefined;
  let died: string | undefined;
  const die = (reason: string): void => {
    died ??= reason;
    asked?.reject(new Error(died));
  };
  worker.on('message', (answer: LookAnswer) => asked?.resolve(answer));
  worker.on('error', (error) => die(messageOf(error)));
  worker.on('exit', (code) => die(`its thread ended with code ${code}`));
  return {
    async look(request) {
      if (died !== undefined) throw new Error(died);
      asked = deferred();
      worker.postMessage(request, []);
      return await asked.promise;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
