/** A child that makes system calls when told to, for as long as its worker lives. They are those of Linux. */
import { constants as os } from 'node:os';
import { callError, startResident, type Answer, type Resident } from './resident.ts';
import { extentModes, type SystemCalls } from './system-calls.ts';

/** The first way that works on this host, or undefined. */
export function openCalls(): SystemCalls | undefined {
  return callsBy('perl') ?? callsBy('python3');
}

/** Undefined: it isn't there, or can't make all of them on this kind of machine. */
export function callsBy(program: keyof typeof programs): SystemCalls | undefined {
  const numbers = numbersOf.get(process.arch);
  if (process.platform !== 'linux' || (program === 'perl' && numbers === undefined)) return undefined;
  const resident = startResident({ name: program, args: [...programs[program], ...(numbers ?? []).map(String)] });
  return resident === undefined ? undefined : callsOf(program, resident);
}

/** Of lsetxattr, lgetxattr, lremovexattr and fallocate: perl has no names for them. */
const numbersOf: ReadonlyMap<string, readonly number[]> = new Map([
  ['x64', [189, 192, 198, 285]],
  ['arm64', [6, 9, 15, 47]],
]);

/**
 * A line is what to do, on which path, and with what; bytes are in hex. The answer is an errno, 0 for success, and the value
 * of the attribute in hex. A symbolic link is never followed.
 */
const programs = {
  perl: [
    '-e',
    `use strict; use Fcntl; $| = 1;
my ($set, $get, $remove, $fallocate) = map { $_ + 0 } @ARGV;
my $name = "user.funbric";
print "ready\\n";
while (defined(my $line = <STDIN>)) {
  my ($what, $hex, @more) = split " ", $line;
  my ($path, $answer, $errno) = (pack("H*", $hex), "", 0);
  if ($what eq "s") {
    my $value = pack("H*", $more[0]);
    $errno = $! + 0 if syscall($set, $path, $name, $value, length($value), 0) < 0;
  } elsif ($what eq "g") {
    my $value = "\\0" x 256;
    my $count = syscall($get, $path, $name, $value, 256);
    if ($count < 0) { $errno = $! + 0 } else { $answer = " " . unpack("H*", substr($value, 0, $count)) }
  } elsif ($what eq "r") {
    $errno = $! + 0 if syscall($remove, $path, $name) < 0;
  } elsif (!sysopen(my $file, $path, O_WRONLY | O_NOFOLLOW)) {
    $errno = $! + 0;
  } else {
    $errno = $! + 0 if syscall($fallocate, fileno($file), map { $_ + 0 } @more) < 0;
    $errno = $! + 0 if !close($file) && $errno == 0;
  }
  print "$errno$answer\\n";
}`,
  ],
  python3: [
    '-ISc',
    `import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
fallocate = getattr(libc, "fallocate64", None) or libc.fallocate
fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
name = "user.funbric"
def allocate(path, *numbers):
    fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    failed = fallocate(fd, *map(int, numbers)) != 0
    errno = ctypes.get_errno()
    try:
        os.close(fd)
    finally:
        if failed:
            raise OSError(errno, "fallocate")
calls = {
    b"s": lambda path, value: os.setxattr(path, name, bytes.fromhex(value.decode()), follow_symlinks=False),
    b"g": lambda path: os.getxattr(path, name, follow_symlinks=False),
    b"r": lambda path: os.removexattr(path, name, follow_symlinks=False),
    b"f": allocate,
}
os.write(1, b"ready\\n")
for line in iter(sys.stdin.buffer.readline, b""):
    what, path, *more = line.split()
    try:
        value = calls[what](bytes.fromhex(path.decode()), *more)
        os.write(1, b"0" + (b" " + value.hex().encode() if value is not None else b"") + b"\\n")
    except OSError as error:
        os.write(1, b"%d\\n" % error.errno)
`,
  ],
} as const;

function callsOf(means: string, resident: Resident): SystemCalls {
  const ask = (what: 's' | 'g' | 'r' | 'f', path: string, ...more: readonly (string | number)[]): Answer =>
    resident.ask([what, hexOf(Buffer.from(path)), ...more].join(' '));
  const succeed = (name: string, { errno, more }: Answer): string => {
    if (errno !== 0) throw callError(name, errno);
    return more;
  };
  return {
    means,
    getxattr(path) {
      const answer = ask('g', path);
      return answer.errno === os.errno.ENODATA ? undefined : Buffer.from(succeed('getxattr', answer), 'hex');
    },
    setxattr(path, value) {
      succeed('setxattr', ask('s', path, hexOf(value)));
    },
    removexattr(path) {
      succeed('removexattr', ask('r', path));
    },
    fallocate(path, mode, { start, length }) {
      succeed('fallocate', ask('f', path, extentModes[mode], start, length));
    },
    close: () => resident.close(),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
