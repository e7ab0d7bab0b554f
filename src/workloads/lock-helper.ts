/**
 * A child that takes locks when told to, one line a call, for as long as its worker lives. It talks through two named pipes,
 * because a worker's loop is synchronous, and Node's own pipes to children are not.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { constants as os, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locker, LockedRange } from './locker.ts';

/**
 * F_OFD_SETLK is 37 on every Linux; `struct flock` is as 64-bit systems have it. A line is what to do (`s`hared, e`x`clusive,
 * `u`nlock), which descriptor, and start and length of the range, or -1. The answer is an errno, 0 for success.
 */
const programs = {
  perl: [
    '-e',
    `use strict; $| = 1; my @files;
for my $fd (3 .. $ARGV[0] + 2) { open(my $file, "+<&=", $fd) or exit 1; push @files, $file }
print "ready\\n";
while (defined(my $line = <STDIN>)) {
  my ($what, $at, $start, $length) = split " ", $line;
  my $done = $start < 0
    ? flock($files[$at], { s => 5, x => 6, u => 8 }->{$what})
    : fcntl($files[$at], 37, my $request = pack("ssx4qqlx4", { s => 0, x => 1, u => 2 }->{$what}, 0, $start, $length, 0));
  print $done ? "0\\n" : ($! + 0) . "\\n";
}`,
  ],
  python3: [
    '-ISc',
    `import fcntl, os, struct, sys
os.write(1, b"ready\\n")
for line in iter(sys.stdin.readline, ""):
    what, at, start, length = line.split()
    try:
        if int(start) < 0:
            fcntl.flock(int(at) + 3, {"s": 5, "x": 6, "u": 8}[what])
        else:
            kind = {"s": 0, "x": 1, "u": 2}[what]
            fcntl.fcntl(int(at) + 3, 37, struct.pack("hhxxxxqqixxxx", kind, 0, int(start), int(length), 0))
        os.write(1, b"0\\n")
    except OSError as error:
        os.write(1, b"%d\\n" % error.errno)
`,
  ],
} as const;

/** Undefined: it can't be started here. */
export function startHelper(program: keyof typeof programs, fds: readonly number[]): Locker | undefined {
  const pipes = openPipes();
  if (pipes === undefined) return undefined;
  const child = spawn(program, [...programs[program], String(fds.length)], {
    stdio: [pipes.theirs.questions, pipes.theirs.answers, 'ignore', ...fds],
  });
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
  if (readLine(answers) === 'ready') return lockerOf(program, fds, { questions, answers, close });
  close();
  return undefined;
}

interface Pipes {
  readonly questions: number;
  readonly answers: number;
}

function lockerOf(means: string, fds: readonly number[], pipes: Pipes & { readonly close: () => void }): Locker {
  const ask = (what: 's' | 'x' | 'u', fd: number, range: LockedRange | undefined): number => {
    const { start, length } = range ?? { start: -1, length: -1 };
    const at = fds.indexOf(fd);
    if (at < 0) throw lockError('lock', os.errno.EBADF);
    const answer = answerTo(pipes, `${what} ${at} ${start} ${length}\n`);
    // Not an answer of the file system, so that nothing that follows would be.
    if (answer === '') throw new Error(`the ${means} that takes locks has ended`);
    return Number(answer);
  };
  return {
    means,
    hasRanges: process.platform === 'linux' && !narrow.has(process.arch),
    lock(fd, { isShared, range }) {
      const errno = ask(isShared ? 's' : 'x', fd, range);
      if (errno === os.errno.EAGAIN || errno === os.errno.EACCES) return false;
      if (errno !== 0) throw lockError('lock', errno);
      return true;
    },
    unlock(fd, range) {
      const errno = ask('u', fd, range);
      if (errno !== 0) throw lockError('unlock', errno);
    },
    close: pipes.close,
  };
}

/** Their `struct flock` is another one. */
const narrow: ReadonlySet<string> = new Set(['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']);

/** As Node's own errors of system calls are. */
export function lockError(call: string, errno: number): Error {
  return Object.assign(new Error(`${call} failed with errno ${errno}`), { errno: -errno });
}

/** Nothing but the four descriptors is left of them. Who opens one end waits for the other, unless this process has both. */
function openPipes(): { readonly ours: Pipes; readonly theirs: Pipes } | undefined {
  const folder = fs.mkdtempSync(join(tmpdir(), 'funbric-locks-'));
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

/** Empty: it has ended. An answer is written in one piece, and nothing follows it until the next question. */
function readLine(fd: number): string {
  const bytes = Buffer.alloc(64);
  const count = fs.readSync(fd, bytes, 0, bytes.length, null);
  return count > 0 && bytes[count - 1] === newline ? bytes.toString('latin1', 0, count - 1) : '';
}
