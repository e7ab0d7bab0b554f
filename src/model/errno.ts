/**
 * Numbers of errnos that a journal holds, as names. A table of our own, because a run that is merged again on another system
 * must say the same. Numbers up to 34 are the same everywhere, but for EAGAIN; the others each platform chose for itself.
 */
export function errnoNameOf(errno: number, platform: string): string {
  const own = platform === 'darwin' ? darwinNames : linuxNames;
  return own.get(errno) ?? commonNames.get(errno) ?? `errno ${errno}`;
}

const commonNames: ReadonlyMap<number, string> = new Map([
  [1, 'EPERM'],
  [2, 'ENOENT'],
  [4, 'EINTR'],
  [5, 'EIO'],
  [6, 'ENXIO'],
  [9, 'EBADF'],
  [12, 'ENOMEM'],
  [13, 'EACCES'],
  [14, 'EFAULT'],
  [16, 'EBUSY'],
  [17, 'EEXIST'],
  [18, 'EXDEV'],
  [19, 'ENODEV'],
  [20, 'ENOTDIR'],
  [21, 'EISDIR'],
  [22, 'EINVAL'],
  [23, 'ENFILE'],
  [24, 'EMFILE'],
  [26, 'ETXTBSY'],
  [27, 'EFBIG'],
  [28, 'ENOSPC'],
  [29, 'ESPIPE'],
  [30, 'EROFS'],
  [31, 'EMLINK'],
  [32, 'EPIPE'],
]);

const linuxNames: ReadonlyMap<number, string> = new Map([
  [11, 'EAGAIN'],
  [35, 'EDEADLK'],
  [36, 'ENAMETOOLONG'],
  [37, 'ENOLCK'],
  [38, 'ENOSYS'],
  [39, 'ENOTEMPTY'],
  [40, 'ELOOP'],
  [61, 'ENODATA'],
  [71, 'EPROTO'],
  [95, 'ENOTSUP'],
  [101, 'ENETUNREACH'],
  [103, 'ECONNABORTED'],
  [104, 'ECONNRESET'],
  [107, 'ENOTCONN'],
  [110, 'ETIMEDOUT'],
  [111, 'ECONNREFUSED'],
  [112, 'EHOSTDOWN'],
  [113, 'EHOSTUNREACH'],
  [116, 'ESTALE'],
  [117, 'EUCLEAN'],
  [121, 'EREMOTEIO'],
  [122, 'EDQUOT'],
  [125, 'ECANCELED'],
]);

const darwinNames: ReadonlyMap<number, string> = new Map([
  [11, 'EDEADLK'],
  [35, 'EAGAIN'],
  [45, 'ENOTSUP'],
  [51, 'ENETUNREACH'],
  [53, 'ECONNABORTED'],
  [54, 'ECONNRESET'],
  [57, 'ENOTCONN'],
  [60, 'ETIMEDOUT'],
  [61, 'ECONNREFUSED'],
  [62, 'ELOOP'],
  [63, 'ENAMETOOLONG'],
  [64, 'EHOSTDOWN'],
  [65, 'EHOSTUNREACH'],
  [66, 'ENOTEMPTY'],
  [69, 'EDQUOT'],
  [70, 'ESTALE'],
  [77, 'ENOLCK'],
  [78, 'ENOSYS'],
  [89, 'ECANCELED'],
]);
