/**
 * The file operations of every engine, in one place, so that the detection score can put a decorator over them that does
 * the wrong thing. Synchronous: async fs goes through a pool and is several times slower. Errors are Node's (code, errno).
 */
import fs from 'node:fs';
import type { SeenAttributes } from '../model/attributes.ts';
import { openCalls } from './helper/open-calls.ts';
import type { SystemCalls } from './helper/system-calls.ts';
import type { Locker } from './locker.ts';
import { openLocker } from './open-locker.ts';

export interface FileStats extends SeenAttributes {
  readonly size: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}

export interface FileOperations {
  open(path: string, flags: number, mode?: number): number;
  close(fd: number): void;
  read(fd: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number, position: number): number;
  write(fd: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number, position: number): number;
  /** To a file that was opened to append: where it goes is the file system's business. */
  append(fd: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number): number;
  ftruncate(fd: number, bytes: number): void;
  fsync(fd: number): void;
  fdatasync(fd: number): void;
  /** Bytes. */
  fsize(fd: number): number;
  stat(path: string): FileStats;
  /** Names as bytes: a name need not be UTF-8. */
  readdir(path: string): readonly { readonly name: Buffer; readonly isDirectory: boolean; readonly isFile: boolean }[];
  rename(from: string, to: string): void;
  /** To a name that must be free. */
  copy(from: string, to: string): void;
  /** A further name, which must be free, of a file. */
  link(file: string, name: string): void;
  symlink(target: string, name: string): void;
  unlink(path: string): void;
  mkdir(path: string): void;
  rmdir(path: string): void;
  chmod(path: string, mode: number): void;
  /** Sets the time of the last change, in whole seconds since 1970. */
  utimes(path: string, seconds: number): void;
  /** For locks on files that are open. */
  openLocker(fds: readonly number[]): Locker;
  /** For what Node has no calls for. Undefined: nothing here can make them. */
  openCalls(): SystemCalls | undefined;
}

/** Held by themselves: `fs` is a dictionary of a hundred names, in which each call would look anew. */
const {
  chmodSync,
  closeSync,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} = fs;

export const fileOperations: FileOperations = {
  open: (path, flags, mode = 0o644) => openSync(path, flags, mode),
  close: (fd) => closeSync(fd),
  read: (fd, buffer, offset, length, position) => readSync(fd, buffer, offset, length, position),
  write: (fd, buffer, offset, length, position) => writeSync(fd, buffer, offset, length, position),
  append: (fd, buffer, offset, length) => writeSync(fd, buffer, offset, length, null),
  ftruncate: (fd, bytes) => ftruncateSync(fd, bytes),
  fsync: (fd) => fsyncSync(fd),
  fdatasync: (fd) => fdatasyncSync(fd),
  fsize: (fd) => fstatSync(fd).size,
  stat(path) {
    const stats = lstatSync(path);
    return {
      size: stats.size,
      isFile: stats.isFile(),
      isDirectory: stats.isDirectory(),
      mode: stats.mode,
      links: stats.nlink,
      inode: stats.ino,
      modifiedMs: stats.mtimeMs,
      changedMs: stats.ctimeMs,
    };
  },
  readdir: (path) =>
    readdirSync(path, { encoding: 'buffer', withFileTypes: true }).map((entry) => ({
      // With encoding `buffer` the name is one, whatever the types of Node 20 say.
      name: Buffer.from(entry.name),
      isDirectory: entry.isDirectory(),
      isFile: entry.isFile(),
    })),
  rename: (from, to) => renameSync(from, to),
  copy: (from, to) => copyFileSync(from, to, fs.constants.COPYFILE_EXCL),
  link: (file, name) => linkSync(file, name),
  symlink: (target, name) => symlinkSync(target, name),
  unlink: (path) => unlinkSync(path),
  mkdir: (path) => mkdirSync(path),
  rmdir: (path) => rmdirSync(path),
  chmod: (path, mode) => chmodSync(path, mode),
  utimes: (path, seconds) => utimesSync(path, seconds, seconds),
  openLocker,
  openCalls,
};

/** For what was only read, or where an error before this one is what counts. */
export function closeQuietly(operations: FileOperations, fd: number): void {
  try {
    operations.close(fd);
  } catch {
    // Nothing hangs on it: what was read is known already.
  }
}
