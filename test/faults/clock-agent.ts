/**
 * The entry of an agent whose clock is another than this machine's, in all of its threads; a bundle of its own that is never
 * shipped. FUNBRIC_CLOCK=clock:file says which, and where the agent leaves what its clock showed when it started.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { startAgent } from '../../src/agent/start.ts';
import { shiftedClocks } from './clocks.ts';

const [wanted, file = ''] = (process.env['FUNBRIC_CLOCK'] ?? '').split(':');
const shifted = Object.entries(shiftedClocks).find(([name]) => name === wanted)?.[1];
if (shifted === undefined) throw new Error(`FUNBRIC_CLOCK=clock:file names no clock: "${wanted}"`);
const real = process.hrtime;
let isFirst = isMainThread;
const hrtime = (): [number, number] => {
  const ns = Math.floor(shifted(Number(real.bigint())));
  // The agent's times count from the first that it asks for.
  if (isFirst) writeFileSync(file, String(ns));
  isFirst = false;
  return [Math.floor(ns / 1e9), ns % 1e9];
};
process.hrtime = Object.assign(hrtime, { bigint: () => real.bigint() });
startAgent();
