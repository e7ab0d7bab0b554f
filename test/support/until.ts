/** Waits for something to become true, and fails where it doesn't in time: a test that hangs tells nobody what it waited for. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function until(what: string, isTrue: () => boolean, limitMs = 120_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await sleep(20);
  }
}
