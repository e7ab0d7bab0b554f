/** Decorators over the calls that a helper makes: attributes and extents. */
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import type { FileOperations } from '../../src/workloads/operations.ts';
import type { ExtentMode, SystemCalls } from '../../src/workloads/helper/system-calls.ts';
import { lookedAt } from './attributes.ts';

export function changedCalls(
  operations: FileOperations,
  change: (calls: SystemCalls) => Partial<SystemCalls>,
): FileOperations {
  return {
    ...operations,
    openCalls() {
      const calls = operations.openCalls();
      return calls === undefined ? undefined : { ...calls, ...change(calls) };
    },
  };
}

/** This is done instead of what `mode` asks for: nothing, or something else. Always, as later writes hide most of it. */
export function changedExtents(
  operations: FileOperations,
  instead: { readonly mode: ExtentMode; readonly done: ExtentMode | undefined },
): FileOperations {
  return changedCalls(operations, (calls) => ({
    fallocate(path, mode, extent) {
      if (mode !== instead.mode) calls.fallocate(path, mode, extent);
      else if (instead.done !== undefined) calls.fallocate(path, instead.done, extent);
    },
  }));
}

const names = { mkdir: 2, delete: 4, list: 3, touch: 10, rename: 5, copy: 5 };
const data = { write: 25, append: 8, truncate: 5, read: 30, stat: 5 };

/** Room is made, and holes are punched, all the time. */
export const allocating: Partial<FilesSpec> = { weights: { ...names, ...data, fallocate: 15, punchHole: 15 } };

/** Attributes are set, and looked at many times. */
export const labelled: Partial<FilesSpec> = { weights: { ...lookedAt.weights, stat: 60, setxattr: 15 } };
