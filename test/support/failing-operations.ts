/** File operations of which some fail with EIO, every other one after it took effect. */
import { fileOperations, type FileOperations } from '../../src/workloads/operations.ts';

const changes = [
  'append',
  'write',
  'ftruncate',
  'fsync',
  'fdatasync',
  'copy',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'chmod',
  'utimes',
  'setxattr',
  'removexattr',
  'fallocate',
] as const;

type Failing = (typeof changes)[number] | 'close' | 'open';

/** Opening to read, which changes nothing, never fails. */
export function failing(
  isFailing: () => boolean,
  names: readonly Failing[] = [...changes, 'close', 'open'],
): FileOperations {
  let isAfter = false;
  const fail = <T>(name: Failing, act: () => T): T => {
    if (!names.includes(name) || !isFailing()) return act();
    isAfter = !isAfter;
    // A descriptor is gone even if its close fails.
    if (isAfter || name === 'close') act();
    throw Object.assign(new Error('EIO'), { errno: -5, code: 'EIO' });
  };
  return {
    ...fileOperations,
    open: (path, flags, mode) =>
      flags === 0 ? fileOperations.open(path, flags) : fail('open', () => fileOperations.open(path, flags, mode)),
    close: (...given) => fail('close', () => fileOperations.close(...given)),
    append: (...given) => fail('append', () => fileOperations.append(...given)),
    write: (...given) => fail('write', () => fileOperations.write(...given)),
    ftruncate: (...given) => fail('ftruncate', () => fileOperations.ftruncate(...given)),
    fsync: (...given) => fail('fsync', () => fileOperations.fsync(...given)),
    fdatasync: (...given) => fail('fdatasync', () => fileOperations.fdatasync(...given)),
    copy: (...given) => fail('copy', () => fileOperations.copy(...given)),
    rename: (...given) => fail('rename', () => fileOperations.rename(...given)),
    unlink: (...given) => fail('unlink', () => fileOperations.unlink(...given)),
    mkdir: (...given) => fail('mkdir', () => fileOperations.mkdir(...given)),
    rmdir: (...given) => fail('rmdir', () => fileOperations.rmdir(...given)),
    chmod: (...given) => fail('chmod', () => fileOperations.chmod(...given)),
    utimes: (...given) => fail('utimes', () => fileOperations.utimes(...given)),
    openCalls() {
      const calls = fileOperations.openCalls();
      return (
        calls && {
          ...calls,
          setxattr: (...given) => fail('setxattr', () => calls.setxattr(...given)),
          removexattr: (...given) => fail('removexattr', () => calls.removexattr(...given)),
          fallocate: (...given) => fail('fallocate', () => calls.fallocate(...given)),
        }
      );
    },
  };
}
