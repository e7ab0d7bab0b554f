/** A line of which --rerun leaves no host: nothing is started, and who reads events hears of the end all the same. */
import { stamper } from '../controller/events/stamper.ts';
import type { FleetValues } from './arguments/arguments.ts';
import type { Context } from './surroundings.ts';

/** The exit status. */
export function nothingToDo({ progress, isDryRun }: FleetValues, { out, now, nowMs }: Context): number {
  const reasons = ['nothing to do: --rerun leaves no host'];
  const event = stamper({ now, nowMs })({ kind: 'run-ended', verdict: 'pass', code: 0, reasons });
  if (progress === 'json' && !isDryRun) out(`${JSON.stringify(event)}\n`);
  return 0;
}
