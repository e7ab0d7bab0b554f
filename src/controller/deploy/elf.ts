/** What a Linux program says of itself in its first bytes: the machine that it is for, and whose loader starts it. */
import { open } from 'node:fs/promises';

export interface Program {
  /** As `uname -m` calls it. */
  readonly machine: string;
  /** Undefined where it needs neither: it is static. */
  readonly libc: 'glibc' | 'musl' | undefined;
}

/** The loader's name lies in the first page, behind the headers. */
const headBytes = 4096;

/** Undefined where the file is no Linux program. Throws what the system says where it can't be read. */
export async function readProgram(path: string): Promise<Program | undefined> {
  await using file = await open(path);
  const head = Buffer.alloc(headBytes);
  const { bytesRead } = await file.read(head, 0, headBytes, 0);
  if (bytesRead < 20 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const isLittle = head[5] === 1;
  const machine = machines[isLittle ? head.readUInt16LE(18) : head.readUInt16BE(18)] ?? 'another machine';
  const loader = /\/ld-(musl|linux|\d)/.exec(head.toString('latin1', 0, bytesRead))?.[1];
  return { machine, libc: loader === undefined ? undefined : loader === 'musl' ? 'musl' : 'glibc' };
}

/** `e_machine` of the ELF header. */
const machines: Readonly<Record<number, string>> = {
  3: 'i686',
  21: 'ppc64le',
  22: 's390x',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
};
