/**
 * The system calls that Node has none for, as far as this host and its file system have them. What isn't there is noted, once
 * a worker, and not asked for again.
 */
import { constants as os } from 'node:os';
import type { ExtraCall } from '../model/extra-calls.ts';
import type { SystemCalls } from './helper/system-calls.ts';
import type { FilesSpec } from './files-spec.ts';
import type { FileOperations } from './operations.ts';
import type { Trace } from './trace.ts';

export interface ExtraCalls {
  /** Undefined: nothing here can make them. */
  readonly calls: SystemCalls | undefined;
  has(call: ExtraCall): boolean;
  /** For the errno of a call that failed: true where the file system has no such call. */
  lacks(call: ExtraCall): (errno: number) => boolean;
  close(): void;
}

const wanted: readonly (readonly [draw: 'setxattr' | 'fallocate' | 'punchHole', calls: readonly ExtraCall[]])[] = [
  ['setxattr', ['setxattr']],
  ['fallocate', ['fallocate', 'preallocate']],
  ['punchHole', ['punchHole', 'zeroRange']],
];

const missing: ReadonlySet<number> = new Set([os.errno.ENOTSUP, os.errno.EOPNOTSUPP, os.errno.ENOSYS]);

/** Starts a helper only where a profile has a use for it. */
export function openExtraCalls({ weights }: FilesSpec, operations: FileOperations, trace: Trace): ExtraCalls {
  const there = new Set(wanted.flatMap(([draw, calls]) => ((weights[draw] ?? 0) > 0 ? calls : [])));
  const calls = there.size === 0 ? undefined : operations.openCalls();
  const lose = (call: ExtraCall, errno: number): void => {
    if (there.delete(call)) trace.note({ kind: 'untried', call, errno });
  };
  if (calls === undefined) for (const call of there) lose(call, 0);
  return {
    calls,
    has: (call) => there.has(call),
    lacks: (call) => (errno) => {
      if (!missing.has(errno)) return false;
      lose(call, errno);
      return true;
    },
    close: () => calls?.close(),
  };
}
