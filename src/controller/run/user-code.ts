/**
 * Calls a function of a user's task, to the end of all that it began on the host: also of what it forgot to wait for. An
 * agent that is asked for its journal in the middle of a phase could only give up.
 */
import type { TaskHost } from '../tasks/task.ts';
import { abortable, interrupted } from '../fan-out/waiting.ts';

export async function callUserCode(
  makeHost: (signal: AbortSignal) => TaskHost,
  signal: AbortSignal,
  act: (host: TaskHost) => Promise<unknown> | undefined,
): Promise<void> {
  const over = new AbortController();
  const pending = new Set<Promise<unknown>>();
  const host = watched(makeHost(AbortSignal.any([signal, over.signal])), pending);
  try {
    // A function that never returns must not outlive Ctrl-C.
    await abortable(Promise.resolve(act(host)), signal);
    await Promise.all(pending);
  } finally {
    over.abort(interrupted('a call that the task no longer waits for'));
    await Promise.allSettled(pending);
  }
}

/** The same host, whose calls are in the set as long as they last. */
function watched(host: TaskHost, pending: Set<Promise<unknown>>): TaskHost {
  const watch =
    <Given extends readonly unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> => {
      // What the task gets is a promise of its own: a failure that it never looks at still is an unhandled one.
      const returned = call(...given).finally(() => pending.delete(returned));
      pending.add(returned);
      return returned;
    };
  return {
    ...host,
    cd: (directory) => watched(host.cd(directory), pending),
    run: watch((...given) => host.run(...given)),
    shell: watch((...given) => host.shell(...given)),
    sudo: watch((...given) => host.sudo(...given)),
    put: watch((...given) => host.put(...given)),
    get: watch((...given) => host.get(...given)),
    stress: watch((...given) => host.stress(...given)),
    verify: watch((...given) => host.verify(...given)),
  };
}
