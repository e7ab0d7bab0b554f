/** events.ndjson: every event of a run as it happened, one JSON value a line, also when the controller is killed later. */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { Emit, RunEvent } from './events.ts';
import { runFiles } from './run-folder.ts';

export interface EventLog extends Disposable {
  readonly emit: Emit;
}

/**
 * Also hands each event on to `listen`, with its time. Written at once: events are few, and the last ones tell most. A log
 * that can't be written (the disk is full) must not keep hosts from their teardown: `listen` is told once.
 */
export function openEventLog(folder: string, nowMs: () => number, listen: (event: RunEvent) => void): EventLog {
  const path = join(folder, runFiles.events);
  const file = openSync(path, 'a');
  let isBroken = false;
  return {
    emit: (body) => {
      const event = { ...body, atMs: nowMs() };
      try {
        if (!isBroken) appendFileSync(file, `${JSON.stringify(event)}\n`);
      } catch (error) {
        isBroken = true;
        const text = `${path} can't be written any more: ${messageOf(error)}`;
        listen({ kind: 'line', host: '', stream: 'log', text, atMs: event.atMs });
      }
      listen(event);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
