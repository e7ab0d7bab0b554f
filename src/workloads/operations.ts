/**
 * The file operations of every engine, in one place, so that the detection score can put a decorator over them that does
 * the wrong thing. Synchronous: async fs goes through a pool and is several times slower. Errors are Node's (code, errno).
 */
import fs from 'node:fs';
import type { Locker } from './locker.ts';
import { openLocker } from './open-locker.ts';

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
  stat(path: string): { readonly size: number; readonly isFile: boolean; readonly isDirectory: boolean };
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
  /** For locks on files that are open. */
  openLocker(fds: readonly number[]): Locker;
}

export const fileOperations: FileOperations = {
  open: (path, flags, mode = 0o644) => fs.openSync(path, flags, mode),
  close: (fd) => fs.closeSync(fd),
  read: (fd, buffer, offset, length, position) => fs.readSync(fd, buffer, offset, length, position),
  write: (fd, buffer, offset, length, position) => fs.writeSync(fd, buffer, offset, length, position),
  append: (fd, buffer, offset, length) => fs.writeSync(fd, buffer, offset, length, null),
  ftruncate: (fd, bytes) => fs.ftruncateSync(fd, bytes),
  fsync: (fd) => fs.fsyncSync(fd),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
  fsize: (fd) => fs.fstatSync(fd).size,
  stat(path) {
    const stats = fs.lstatSync(path);
    return { size: stats.size, isFile: stats.isFile(), isDirectory: stats.isDirectory() };
  },
  readdir: (path) =>
    fs.readdirSync(path, { encoding: 'buffer', withFileTypes: true }).map((entry) => ({
      // With encoding `buffer` the name is one, whatever the types of Node 20 say.
      name: Buffer.from(entry.name),
      isDirectory: entry.isDirectory(),
      isFile: entry.isFile(),
    })),
  rename: (from, to) => fs.renameSync(from, to),
  copy: (from, to) => fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL),
  link: (file, name) => fs.linkSync(file, name),
  symlink: (target, name) => fs.symlinkSync(target, name),
  unlink: (path) => fs.unlinkSync(path),
  mkdir: (path) => fs.mkdirSync(path),
  rmdir: (path) => fs.rmdirSync(path),
  openLocker,
};

/** For what was only read, or where an error before this one is what counts. */
export function closeQuietly(operations: FileOperations, fd: number): void {
  try {
    operations.close(fd);
  } catch {
    // Nothing hangs on it: what was read is known already.
  }
}
