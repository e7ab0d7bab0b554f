/** Which files of the arena `append` belong to whom: known to the workers that append and to the checks that judge it. */
export const appendLanes = {
  /** Folders where all workers of all hosts append to the same file, until it is full. */
  shared: [0, 1, 2],
  /** A folder where every host has a file of its own: its workers meet, and go through one client. */
  ofHost: 3,
} as const;

/** A file that is as long as this is full, and the next one is begun. */
export const maxAppendFileBytes = 4 << 20;
