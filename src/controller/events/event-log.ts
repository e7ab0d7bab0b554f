/** events.ndjson: every event of a run as it happened, one JSON value a line, also when the controller is killed later. */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import type { Emit, RunEvent } from './events.ts';
import { stamper, type Clocks } from './stamper.ts';
import { runFiles } from '../run-folder/run-folder.ts';

export interface EventLog extends Disposable {
  readonly emit: Emit;
}

export interface EventLogOptions extends Clocks {
  readonly listen: (event: RunEvent) => void;
  readonly maxLineBytes?: number;
}

/**
 * Also hands each event on to `listen`, with its times. Written at once: events are few, and the last ones tell most. A log
 * that can't be written (the disk is full) must not keep hosts from their teardown: `listen` is told once.
 */
export function openEventLog(folder: string, options: EventLogOptions): EventLog {
  const { listen } = options;
  const path = join(folder, runFiles.events);
  const stamp = stamper(options);
  const bounds = new Bounds(options.maxLineBytes ?? defaultMaxLineBytes);
  const file = openSync(path, 'a');
  let isBroken = false;
  const say = (text: string): void => listen(stamp({ kind: 'line', host: '', stream: 'log', text }));
  const write = (event: RunEvent): void => {
    try {
      if (!isBroken) appendFileSync(file, `${JSON.stringify(event)}\n`);
    } catch (error) {
      isBroken = true;
      say(`${path} can't be written any more: ${messageOf(error)}`);
    }
  };
  return {
    emit: (body) => {
      const event = stamp(body);
      const fate = bounds.fateOf(event);
      if (fate !== 'dropped') write(event);
      if (fate === 'last' && event.kind === 'line') {
        write({ ...event, stream: 'log', text: 'it says too much: the rest of its lines is not in this file' });
      }
      listen(event);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** Kept of what one host says, over all its commands and its agent: a noisy one must not fill our disk. */
const defaultMaxLineBytes = 16 << 20;

/**
 * Heartbeats of a host get sparser the longer a run lasts, one in a 600th of the time so far: ten hours are 3,000 of each
 * host, not 36,000. The agent's result has them denser.
 */
const beatShare = 600;

/** What of the two kinds of events that hosts can make without end still goes into the file. */
class Bounds {
  readonly #maxLineBytes: number;
  readonly #lineBytes = new Map<string, number>();
  readonly #beatMs = new Map<string, number>();

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  fateOf(event: RunEvent): 'kept' | 'last' | 'dropped' {
    if (event.kind === 'line') return this.#line(event.host, event.text.length);
    return event.kind !== 'heartbeat' || this.#isBeatDue(event.host, event.atMs) ? 'kept' : 'dropped';
  }

  #line(host: string, bytes: number): 'kept' | 'last' | 'dropped' {
    const before = this.#lineBytes.get(host) ?? 0;
    if (before > this.#maxLineBytes) return 'dropped';
    this.#lineBytes.set(host, before + bytes);
    return before + bytes > this.#maxLineBytes ? 'last' : 'kept';
  }

  #isBeatDue(host: string, atMs: number): boolean {
    const lastMs = this.#beatMs.get(host);
    if (lastMs !== undefined && atMs - lastMs < atMs / beatShare) return false;
    this.#beatMs.set(host, atMs);
    return true;
  }
}
