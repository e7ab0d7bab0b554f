/**
 * Faults for the detection score: decorators over the agent's file operations that do what a broken file system does, and
 * say that all went well. Each strikes first after some matching calls and again and again, so that something is left of
 * it in the end whatever the workload overwrites.
 */
import { constants } from 'node:fs';
import type { Grade, Verdict } from '../../src/model/finding.ts';
import type { ExtraCall } from '../../src/model/extra-calls.ts';
import { randomOf, type Random } from '../../src/model/random.ts';
import { decodeStamp } from '../../src/model/stamp.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import type { FileOperations } from '../../src/workloads/operations.ts';

export interface FaultOptions {
  readonly seed: number;
  readonly host: number;
}

export interface Fault {
  /** The finding that it must cause. */
  readonly code: string;
  readonly name: string;
  /** What it causes, where that isn't a proven finding that fails the run. */
  readonly causes?: { readonly verdict: Verdict; readonly grade: Grade };
  /** The plan's limit on one operation, where it needs another one. */
  readonly hungMs?: number;
  /** Shows only where the clocks don't say in which order hosts did things. */
  readonly isOrderUnknown?: boolean;
  /** What the host and its file system must have, which not all do. */
  readonly call?: ExtraCall;
  /** What it needs of the workload. */
  readonly workload?: Partial<FilesSpec>;
  /** Codes that a weaker mount allows, which it causes too. */
  readonly besides?: readonly string[];
  /** What the run says it did between stress and verify, and what that does to the run's folder. */
  readonly between?: 'crash' | 'command';
  readonly meanwhile?: (runDirectory: string) => void;
  decorate(operations: FileOperations, options: FaultOptions): FileOperations;
}

/** Every worker reads every file many times: for what shows only there. */
export const fewFiles: Partial<FilesSpec> = {
  filesPerFolder: 1,
  operationsLimit: 4_000,
  weights: { mkdir: 0, delete: 1, list: 3, touch: 10, stat: 5, read: 60, write: 30, rename: 2, truncate: 3 },
};

/** With few writes for each chunk, so that what went wrong is not all written over by who comes last. */
export const mostlyShared: Partial<FilesSpec> = {
  arenas: { own: 1, shared: 3 },
  fileBytes: 65_536,
  operationsLimit: 400,
};

/** Matching calls between two strikes: up to this many. */
const strideLimit = 12;

export interface Moments {
  readonly random: Random;
  /** True at the seeded moments; asked once a matching call. */
  isNow(): boolean;
}

export function momentsOf(options: FaultOptions): Moments {
  const random = randomOf(options.seed, options.host, 0xfa17);
  let left = 3 + random.below(strideLimit);
  return {
    random,
    isNow() {
      left--;
      if (left > 0) return false;
      left = 3 + random.below(strideLimit);
      return true;
    },
  };
}

export interface OpenFile {
  readonly path: string;
  readonly isNew: boolean;
}

/** The operations, and which file each descriptor is. */
export function tracked(operations: FileOperations): {
  readonly tracked: FileOperations;
  readonly fileOf: (fd: number) => OpenFile | undefined;
} {
  const open = new Map<number, OpenFile>();
  return {
    fileOf: (fd) => open.get(fd),
    tracked: {
      ...operations,
      open(path, flags, mode) {
        const fd = operations.open(path, flags, mode);
        open.set(fd, { path, isNew: (flags & constants.O_CREAT) !== 0 });
        return fd;
      },
      close(fd) {
        open.delete(fd);
        operations.close(fd);
      },
    },
  };
}

/** A decorator that changes what is written: `change` gets a copy of the bytes, and true from it means that it did. */
export function changedWrites(
  operations: FileOperations,
  change: (bytes: Buffer, context: { readonly path: string; readonly position: number }) => boolean,
): FileOperations {
  const { tracked: inner, fileOf } = tracked(operations);
  return {
    ...inner,
    write(fd, buffer, offset, length, position) {
      const bytes = Buffer.from(copyOf(buffer, offset, length).buffer);
      const isChanged = change(bytes, { path: fileOf(fd)?.path ?? '', position });
      return isChanged
        ? operations.write(fd, bytes, 0, length, position)
        : operations.write(fd, buffer, offset, length, position);
    },
  };
}

/** An append to a file that all append to. */
export interface SharedAppend {
  readonly fd: number;
  readonly path: string;
  /** A copy. */
  readonly bytes: Buffer;
  readonly append: (bytes: Buffer) => number;
}

/** A decorator that at the seeded moments does something else than to append, and returns how much it says it did. */
export function changedAppends(
  operations: FileOperations,
  options: FaultOptions,
  instead: (append: SharedAppend) => number,
  afterwards: (append: SharedAppend) => void = () => {},
): FileOperations {
  const moments = momentsOf(options);
  const { tracked: inner, fileOf } = tracked(operations);
  return {
    ...inner,
    append(fd, buffer, offset, length) {
      const path = fileOf(fd)?.path ?? '';
      if (!path.includes('/append/')) return operations.append(fd, buffer, offset, length);
      const bytes = Buffer.from(copyOf(buffer, offset, length).buffer);
      const append = (some: Buffer): number => operations.append(fd, some, 0, some.length);
      if (moments.isNow()) return instead({ fd, path, bytes, append });
      const written = operations.append(fd, buffer, offset, length);
      afterwards({ fd, path, bytes, append });
      return written;
    },
  };
}

/** Memory of its own, so that words can be read in place. */
export function copyOf(buffer: NodeJS.ArrayBufferView, offset: number, length: number): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length).slice();
}

/** Words of a copy. */
export function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** Where chunks start in bytes that were made for writing, and how long they are: the stamps tell. */
export function chunksOf(bytes: Buffer): { readonly starts: readonly number[]; readonly chunkBytes: number } {
  const words = wordsOf(bytes);
  const starts: number[] = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (decodeStamp(words, at / 4) !== undefined) starts.push(at);
  }
  return { starts, chunkBytes: (starts[1] ?? bytes.length) - (starts[0] ?? 0) };
}

export function chunkAt(bytes: Buffer, start: number, chunkBytes: number): Buffer {
  return bytes.subarray(start, start + chunkBytes);
}

/** What is at a place of a file now, through a descriptor of its own. */
export function readBack(operations: FileOperations, path: string, at: { position: number; length: number }): Buffer {
  const bytes = Buffer.alloc(at.length);
  const fd = operations.open(path, constants.O_RDONLY);
  const count = operations.read(fd, bytes, 0, at.length, at.position);
  operations.close(fd);
  return bytes.subarray(0, count);
}
