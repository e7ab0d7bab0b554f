/** A child that takes locks when told to, for as long as its worker lives. */
import { constants as os } from 'node:os';
import { callError, startResident, type Resident } from './helper/resident.ts';
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
  const resident = startResident({ name: program, args: [...programs[program], String(fds.length)] }, fds);
  return resident === undefined ? undefined : lockerOf(program, fds, resident);
}

function lockerOf(means: string, fds: readonly number[], resident: Resident): Locker {
  const ask = (what: 's' | 'x' | 'u', fd: number, range: LockedRange | undefined): number => {
    const { start, length } = range ?? { start: -1, length: -1 };
    const at = fds.indexOf(fd);
    if (at < 0) throw callError('lock', os.errno.EBADF);
    return resident.ask(`${what} ${at} ${start} ${length}`).errno;
  };
  return {
    means,
    hasRanges: process.platform === 'linux' && !narrow.has(process.arch),
    lock(fd, { isShared, range }) {
      const errno = ask(isShared ? 's' : 'x', fd, range);
      if (errno === os.errno.EAGAIN || errno === os.errno.EACCES) return false;
      if (errno !== 0) throw callError('lock', errno);
      return true;
    },
    unlock(fd, range) {
      const errno = ask('u', fd, range);
      if (errno !== 0) throw callError('unlock', errno);
    },
    close: () => resident.close(),
  };
}

/** Their `struct flock` is another one. */
const narrow: ReadonlySet<string> = new Set(['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']);
