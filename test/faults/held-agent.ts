/**
 * The entry of an agent whose workers wait in a write, early in their stress, until a file is there: a bundle of its own, into
 * which a build puts the path (esbuild's `define`). So a stress can be made to last until something else has happened.
 */
import { existsSync } from 'node:fs';
import { startAgent } from '../../src/agent/start.ts';
import { fileOperations } from '../../src/workloads/operations.ts';

const path = process.env['FUNBRIC_HELD'] ?? '';
/** Of a worker: those before them are there to be looked at. */
const writesBefore = 20;
/** Less than an operation may take before it counts as stuck: whoever waits for nothing must fail, not this. */
const limitMs = 45_000;

const still = new Int32Array(new SharedArrayBuffer(4));
let writes = 0;
let waitedMs = 0;

startAgent({
  ...fileOperations,
  write(...given) {
    if (++writes > writesBefore) waitForFile();
    return fileOperations.write(...given);
  },
});

function waitForFile(): void {
  while (waitedMs < limitMs && !existsSync(path)) {
    const began = performance.now();
    Atomics.wait(still, 0, 0, 20);
    waitedMs += performance.now() - began;
  }
}
