#!/usr/bin/env node
/** The funbric command: hands the process's streams, clock and signals to the program, and ends with its status. */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import * as library from '../index.ts';
import { packageFolder, packageVersion } from '../controller/package-files.ts';
import { liveEngine } from './live-engine.ts';
import { runProgram } from './program.ts';

/** Ctrl-C once: stop, collect, tear down. Twice: let everything go. */
const stop = new AbortController();
const kill = new AbortController();
const interrupt = (): void => {
  if (stop.signal.aborted) return kill.abort();
  process.stderr.write('\nstopping: teardown runs, and the report is written; once more lets everything go at once\n');
  stop.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

// A reader that went away (funbric ... | head) is no fault of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const defaultColumns = 100;

process.exitCode = await runProgram(process.argv.slice(2), {
  engine: liveEngine(homedir()),
  library,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? defaultColumns,
  environment: process.env,
  currentFolder: process.cwd(),
  homeFolder: homedir(),
  packageFolder,
  version: packageVersion(),
  now: () => new Date(),
  randomSeed: () => randomBytes(4).readUInt32LE(),
  nonce: () => randomBytes(4).toString('hex').slice(0, 4),
  signal: stop.signal,
  killSignal: kill.signal,
});
