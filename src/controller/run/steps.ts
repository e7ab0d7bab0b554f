/**
 * The order in which a task may send its workload through the phases on each host: stress once, then verify once, both in
 * `run`. The barriers between them open once; any other order would read back what another host still writes, which proves
 * nothing, or would wait for a host that waits for us.
 */
import { FunbricError } from '../../model/errors.ts';
import type { HostRun } from './host-run.ts';

type Step = 'stress' | 'stressed' | 'verify';

export class Steps {
  readonly #steps = new Map<HostRun, Step>();

  async stress(host: HostRun, act: () => Promise<void>): Promise<void> {
    if (this.#steps.has(host)) throw misuse(host, 'stress was called a second time');
    this.#steps.set(host, 'stress');
    try {
      await act();
    } finally {
      this.#steps.set(host, 'stressed');
    }
  }

  async verify(host: HostRun, act: () => Promise<void>): Promise<void> {
    const step = this.#steps.get(host);
    if (step === undefined) throw misuse(host, 'verify was called without stress');
    if (step === 'stress') throw misuse(host, 'verify was called before stress had ended');
    if (step === 'verify') throw misuse(host, 'verify was called a second time');
    this.#steps.set(host, 'verify');
    await act();
  }
}

/** Why a host can't do a step where the task asks for it. */
export function misuse(host: HostRun, what: string): FunbricError {
  return new FunbricError('task', `${host.name}: ${what}`, {
    hint: 'in a task with a workload, call host.stress() once and then host.verify() once, in run, on every host; for more, start funbric again',
  });
}
