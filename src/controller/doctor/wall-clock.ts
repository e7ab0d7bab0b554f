/**
 * A host's time of day beside ours, by round trips: an answer was made between our question and its arrival. Hosts whose
 * clocks differ write files of the future to each other, and Kerberos and TLS refuse them.
 */
import { Readable } from 'node:stream';
import { streamScript } from '../../transports/script.ts';
import type { Connection } from '../../transports/transport.ts';
import { deferred, type Deferred } from '../fan-out/waiting.ts';

/** The host's clock is ahead of ours by something in between. */
export interface ClockOffset {
  readonly lowMs: number;
  readonly highMs: number;
}

export interface Clocks {
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly nowMs: () => number;
}

const rounds = 6;
const answerLimitMs = 3_000;
const limitMs = 30_000;

/** Undefined where the host doesn't tell. */
export async function compareClocks(connection: Connection, clocks: Clocks): Promise<ClockOffset | undefined> {
  // The time of day, to the fraction of a ms: Date counts whole ones.
  const baseMs = clocks.now().getTime() - clocks.nowMs();
  const bounds: ClockOffset[] = [];
  let waiting: Deferred<string> | undefined;
  async function* questions(): AsyncGenerator<Buffer> {
    for (let round = 0; round < rounds; round++) {
      const answer = deferred<string>();
      waiting = answer;
      const sentMs = baseMs + clocks.nowMs();
      const timer = setTimeout(() => answer.resolve(''), answerLimitMs);
      yield Buffer.from('\n');
      const text = await answer.promise;
      clearTimeout(timer);
      const host = hostTime(text);
      if (host === undefined) return;
      const receivedMs = baseMs + clocks.nowMs() + 1;
      bounds.push({ lowMs: host.ms - receivedMs, highMs: host.ms + host.unitMs - sentMs });
    }
  }
  await streamScript(connection, 'while read -r question; do date +%s%N; done', {
    stdin: () => Readable.from(questions()),
    signal: clocks.signal,
    timeoutMs: limitMs,
    onStdout: (chunk) => waiting?.resolve(chunk.toString('latin1').trim()),
    onStderr: () => undefined,
  });
  return narrowest(bounds);
}

/** Not every date knows %N: then it is the second that counts. */
function hostTime(text: string): { readonly ms: number; readonly unitMs: number } | undefined {
  const [, seconds, nanoseconds] = /^(\d{9,11}?)(\d{9}|\D*)$/.exec(text) ?? [];
  if (seconds === undefined || nanoseconds === undefined) return undefined;
  return /^\d{9}$/.test(nanoseconds)
    ? { ms: Number(seconds) * 1000 + Number(nanoseconds) / 1e6, unitMs: 0 }
    : { ms: Number(seconds) * 1000, unitMs: 1000 };
}

/** What all answers allow; none agree where the clock was set meanwhile. */
function narrowest(bounds: readonly ClockOffset[]): ClockOffset | undefined {
  if (bounds.length === 0) return undefined;
  const lowMs = Math.max(...bounds.map((bound) => bound.lowMs));
  const highMs = Math.min(...bounds.map((bound) => bound.highMs));
  return lowMs <= highMs ? { lowMs, highMs } : undefined;
}
