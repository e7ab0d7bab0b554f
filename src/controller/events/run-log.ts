/** What all hosts of a run said, from its events.ndjson: lines of commands, tasks and agents, equal ones of several hosts as one. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { LineFolder } from '../../model/fold-lines.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import { didYouMean } from '../input/closest.ts';
import { runEventSchema, type RunEvent } from './events.ts';
import { refuseNonFile, runFiles } from '../run-folder/run-folder.ts';

export interface LogQuestion {
  /** Names; none: all hosts. */
  readonly hosts: readonly string[];
  readonly task?: string | undefined;
}

/** One line of a host, with the task that was under way. */
export interface LogLine {
  readonly at: string;
  readonly atMs: number;
  readonly host: string;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr' | 'log';
  readonly text: string;
}

/** Lines that may be one are no further apart. */
const foldMs = 1000;

/** The longest that we write is the last, with the reasons of all hosts. */
const maxEventChars = 64 << 20;

/** As `time host | line`, times UTC. Texts are the hosts': hostile. */
export async function* readRunLog(folder: string, question: LogQuestion): AsyncGenerator<string> {
  const folded = new LineFolder();
  let first: LogLine | undefined;
  for await (const line of readLogLines(folder, question)) {
    if (first !== undefined && line.atMs - first.atMs > foldMs) {
      yield* linesOf(folded, first);
      first = undefined;
    }
    first ??= line;
    folded.add(line.host, line.text);
  }
  if (first !== undefined) yield* linesOf(folded, first);
}

function linesOf(folded: LineFolder, { at }: LogLine): readonly string[] {
  const time = at.slice(at.indexOf('T') + 1, -1);
  // A line break in a host's text must not look like a line of another host.
  return folded
    .take()
    .map(({ hosts, text }) => `${time} ${foldNodeSet(hosts)} | ${text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ')}`);
}

/** Throws `input` where the run has no log, or never heard of what is asked for. */
export async function* readLogLines(folder: string, { hosts, task }: LogQuestion): AsyncGenerator<LogLine> {
  const wanted = new Set(hosts);
  let current = '';
  for await (const event of readEvents(folder)) {
    if (event.kind === 'run-started') refuseUnknown({ hosts, task }, event);
    if (event.kind === 'task-started') current = event.task;
    if (event.kind !== 'line' || event.host === '') continue;
    if (task !== undefined && task !== current) continue;
    if (wanted.size > 0 && !wanted.has(event.host)) continue;
    const { at, atMs, host, stream, text } = event;
    yield { at, atMs, host, task: current, stream, text };
  }
}

function refuseUnknown(question: LogQuestion, run: Extract<RunEvent, { kind: 'run-started' }>): void {
  const stranger = question.hosts.find((host) => !run.hosts.includes(host));
  if (stranger !== undefined) {
    throw new FunbricError('input', `${stranger} is no host of run ${run.run}`, {
      hint: didYouMean(stranger, run.hosts, `its hosts: ${foldNodeSet(run.hosts)}`),
    });
  }
  if (question.task === undefined || run.tasks.includes(question.task)) return;
  throw new FunbricError('input', `${question.task} is no task of run ${run.run}`, {
    hint: didYouMean(question.task, run.tasks, `its tasks: ${run.tasks.join(', ')}`),
  });
}

/** A last line that was cut with the controller is left out; any other that isn't an event is refused. */
async function* readEvents(folder: string): AsyncGenerator<RunEvent> {
  const path = join(folder, runFiles.events);
  let mistake: FunbricError | undefined;
  let number = 0;
  try {
    for await (const line of readLines(path)) {
      if (mistake !== undefined) throw mistake;
      number++;
      const event = eventOf(line);
      if (event === undefined) mistake = notAnEvent(path, number);
      else yield event;
    }
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('input', `${path} can't be read: ${messageOf(error)}`, {
      hint: 'name a folder below reports/, or give the path of one',
      cause: error,
    });
  }
}

/** Node's readline keeps a line however long it gets, until nothing can catch its error any more. */
async function* readLines(path: string): AsyncGenerator<string> {
  await refuseNonFile(path);
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8')) {
    // What came before is not looked at again: a long line would take the square of its length.
    const [end = '', ...begun] = String(piece).split('\n');
    rest += end;
    for (const line of begun) {
      yield rest;
      rest = line;
    }
    if (rest.length > maxEventChars) throw new Error(`a line is longer than ${maxEventChars} characters`);
  }
  if (rest !== '') yield rest;
}

function eventOf(line: string): RunEvent | undefined {
  try {
    return runEventSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function notAnEvent(path: string, number: number): FunbricError {
  return new FunbricError('input', `${path}: line ${number} is no event of a run`, {
    hint: 'it was written by something else, or by another version of funbric',
  });
}
