/**
 * A child that does for its worker, one line a call, what Node can't do itself. It talks through two named pipes, because a
 * worker's loop is synchronous, and Node's own pipes to children are not.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For one call of a resident: an errno, and what it says besides. */
export interface Answer {
  readonly errno: number;
  readonly more: string;
}

export interface Resident {
  /** What it can do, by its own words. */
  readonly skills: readonly string[];
  ask(question: string): Answer;
  close(): void;
}

/** A program says `ready` and its skills on its first line; its further lines are answers. Its files begin at descriptor 3. */
export interface Program {
  readonly name: string;
  readonly args: readonly string[];
}

/** Undefined: it can't be started here. */
export function startResident({ name, args }: Program, fds: readonly number[] = []): Resident | undefined {
  const pipes = openPipes();
  if (pipes === undefined) return undefined;
  const child = spawn(name, args, { stdio: [pipes.theirs.questions, pipes.theirs.answers, 'ignore', ...fds] });
  // That it isn't there shows as an end of its answers.
  child.on('error', () => undefined);
  child.unref();
  fs.closeSync(pipes.theirs.questions);
  fs.closeSync(pipes.theirs.answers);
  const { questions, answers } = pipes.ours;
  const close = (): void => {
    fs.closeSync(questions);
    fs.closeSync(answers);
  };
  const [first, ...skills] = readLine(answers).split(' ');
  if (first === 'ready') return { skills, ask: (question) => askOver(name, pipes.ours, question), close };
  close();
  return undefined;
}

/** As Node's own errors of system calls are. */
export function callError(call: string, errno: number): Error {
  return Object.assign(new Error(`${call} failed with errno ${errno}`), { errno: -errno });
}

interface Pipes {
  readonly questions: number;
  readonly answers: number;
}

function askOver(program: string, { questions, answers }: Pipes, question: string): Answer {
  const answer = answerTo({ questions, answers }, `${question}\n`);
  // Not an answer of the file system, so that nothing that follows would be.
  if (answer === '') throw new Error(`the ${program} that helps this worker has ended`);
  const [errno, more = ''] = answer.split(' ');
  return { errno: Number(errno), more };
}

/** Nothing but the four descriptors is left of them. Who opens one end waits for the other, unless this process has both. */
function openPipes(): { readonly ours: Pipes; readonly theirs: Pipes } | undefined {
  const folder = fs.mkdtempSync(join(tmpdir(), 'funbric-pipes-'));
  const [questions, answers] = [join(folder, 'questions'), join(folder, 'answers')];
  try {
    if (spawnSync('mkfifo', ['-m', '600', questions, answers], { stdio: 'ignore' }).status !== 0) return undefined;
    const both = [questions, answers].map((path) => fs.openSync(path, fs.constants.O_RDWR));
    const theirs = {
      questions: fs.openSync(questions, fs.constants.O_RDONLY),
      answers: fs.openSync(answers, fs.constants.O_WRONLY),
    };
    const ours = {
      questions: fs.openSync(questions, fs.constants.O_WRONLY),
      answers: fs.openSync(answers, fs.constants.O_RDONLY),
    };
    // A reader must see the end when the other side dies.
    for (const fd of both) fs.closeSync(fd);
    return { ours, theirs };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Empty: it has ended. */
function answerTo({ questions, answers }: Pipes, question: string): string {
  try {
    fs.writeSync(questions, question);
  } catch {
    return '';
  }
  return readLine(answers);
}

const newline = 10;

/** The longest answer, with room to spare: an attribute's value in hex. */
const answerBytes = 1024;

/** Empty: it has ended. An answer is written in one piece, and nothing follows it until the next question. */
function readLine(fd: number): string {
  const bytes = Buffer.alloc(answerBytes);
  const count = fs.readSync(fd, bytes, 0, bytes.length, null);
  return count > 0 && bytes[count - 1] === newline ? bytes.toString('latin1', 0, count - 1) : '';
}
