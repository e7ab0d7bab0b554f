/** What lies in which folder of the arena `locks`: known to the workers that do it and to the checks that judge it. */
export const lockFolders = {
  /** Files that are locked as a whole, by flock, with one counter in each. */
  whole: 0,
  /** Files of which byte ranges are locked, each with a counter of its own at its start. */
  ranges: 1,
  /** A file of which every worker holds one byte, its own, from its first step until it has verified. */
  vigil: 2,
} as const;

/** Few, so that hosts meet. */
export const wholeFiles = 2;
export const rangesOfFile = 4;

/** No two counters share a page, on any machine: what a client caches of one says nothing of another. */
export const rangeBytes = 1 << 16;

/** In `flags` of a lock. */
export const lockFlags = {
  isShared: 1,
  /** In verify: the last of many tries, after all who held it had let go for as long as verify waits. */
  isLastTry: 2,
} as const;
