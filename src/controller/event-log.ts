/** events.ndjson: every event of a run as it happened, one JSON value a line, also when the controller is killed later. */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Emit, RunEvent } from './events.ts';
import { runFiles } from './run-folder.ts';

export interface EventLog extends Disposable {
  readonly emit: Emit;
}

/** Also hands each event on to `listen`, with its time. Written at once: events are few, and the last ones tell most. */
export function openEventLog(folder: string, nowMs: () => number, listen: (event: RunEvent) => void): EventLog {
  const file = openSync(join(folder, runFiles.events), 'a');
  return {
    emit: (body) => {
      const event = { ...body, atMs: nowMs() };
      appendFileSync(file, `${JSON.stringify(event)}\n`);
      listen(event);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
