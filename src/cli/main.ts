#!/usr/bin/env node
/** The process around the program: its streams, clock, randomness and signals, and the only place that ends it. */
import { randomBytes, randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers';
import { packageFiles, packageVersion } from '../controller/package-files.ts';
import { interrupted } from '../controller/fan-out/waiting.ts';
import { exitStatusOf, FunbricError, messageOf } from '../model/errors.ts';
import { makeColors } from './terminal/colors.ts';
import { describeError } from './errors.ts';
import { liveEngine } from './engine/live-engine.ts';
import { runProgram } from './program.ts';
import { statusOf } from './status.ts';
import type { Surroundings } from './surroundings.ts';
import { Screen } from './terminal/screen.ts';

/** After a second Ctrl-C all hosts are let go of; what hasn't ended by then never will. */
const lastGraceMs = 5000;
/** For teardown and report after an error that nothing caught: the limit of a teardown, and some. */
const strayGraceMs = 90_000;

let strayStatus: number | undefined;
/** What first went wrong with standard output. */
let unwritten: NodeJS.ErrnoException | undefined;

const screen = new Screen({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  isErrTerminal: process.stderr.isTTY,
  // A terminal that doesn't know its size says 0.
  size: () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }),
});

const graceful = new AbortController();
const kill = new AbortController();
const unread = new AbortController();
const lastWords: Surroundings['lastWords'] = {};

// SIGHUP is a terminal that went away, SIGTERM what CI sends: the hosts shall be left clean after both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, giveUp);
// However this ends, the terminal is left as it was, also to whoever has stopped us with Ctrl-Z meanwhile.
process.on('exit', screen.erase);
process.on('SIGTSTP', () => {
  screen.erase();
  process.kill(process.pid, 'SIGSTOP');
});
// A reader that went away (funbric ... | head) ends what is only output, never a run whose report is still to be written; nor does a full disk.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') unread.abort(interrupted('the output'));
  else unwritten ??= error;
});
process.stderr.on('error', () => undefined);

const currentFolder = folderHere();
const status = await runProgram(process.argv.slice(2), {
  engine: liveEngine({ homeFolder: homedir(), currentFolder }),
  library: async () => ({ ...(await import('../index.ts')) }),
  out: screen.out,
  err: screen.err,
  terminal: screen,
  prompt: { input: process.stdin, output: process.stderr, interrupt },
  environment: process.env,
  currentFolder,
  homeFolder: homedir(),
  ownTasksFolder: packageFiles.tasks,
  version: packageVersion(),
  now: () => new Date(),
  nowMs: () => performance.now(),
  randomSeed: () => randomInt(2 ** 32),
  nonce: () => randomBytes(3).toString('hex'),
  signal: graceful.signal,
  killSignal: kill.signal,
  unread: unread.signal,
  lastWords,
});
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
const isCut = unwritten !== undefined;
if (isCut) screen.err(`funbric: standard output is not whole: ${messageOf(unwritten)}\nhint: make room there\n`);
// A host that never closes its side of a connection must not keep us here.
process.exit(strayStatus ?? (isCut && status === 0 ? statusOf('incomplete') : status));

function folderHere(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new FunbricError('input', `the folder that funbric was started in is gone: ${messageOf(error)}`, {
      hint: 'go to one that is there: cd',
      cause: error,
    });
  }
}

function interrupt(): void {
  if (!graceful.signal.aborted) graceful.abort(interrupted('the run'));
  else if (!kill.signal.aborted) {
    kill.abort(interrupted('the teardown'));
    setTimeout(endHosts, lastGraceMs).unref();
  } else endNow();
}

/** A report is no host's to hold up, and takes the time that it takes: a third Ctrl-C ends that, too. */
function endHosts(): void {
  if (lastWords.isWithHosts?.() !== false) endNow();
}

/** Nobody waits any longer, so all that can be done is to say what was left. */
function endNow(): void {
  screen.erase();
  const words = lastWords.say?.();
  screen.err(words === undefined ? '' : `${words}\n`);
  process.exit(130);
}

/**
 * What nothing caught: a bug of ours, or a task's timer or promise that it never looks at. Node would exit with 1, which
 * means that the file system failed, and leave the hosts as they are: instead the run is ended as by Ctrl-C, with a report.
 */
function giveUp(thrown: unknown): void {
  if (strayStatus !== undefined) return;
  strayStatus = exitStatusOf(thrown);
  // Where nothing is left to do, the process ends before anything else can say so.
  process.exitCode = strayStatus;
  const question = { isWanted: undefined, environment: process.env, isTerminal: process.stderr.isTTY };
  screen.err(describeError(thrown, makeColors(question)));
  if (!graceful.signal.aborted) graceful.abort(interrupted('the run, by an error that nothing caught'));
  setTimeout(() => process.exit(strayStatus), strayGraceMs).unref();
}

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
