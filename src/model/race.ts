/** What happens in which folder of the arena `race`: known to the workers that do it and to the checks that judge it. */
export const raceFolders = {
  /** Files by O_EXCL, links by symlink(2), sub-folders by mkdir: never removed. */
  made: 0,
  /** Files by link(2), never removed. */
  linked: 1,
  /** Files and sub-folders that one worker makes, once, and all remove. */
  removed: 2,
  /** Files that one worker makes, once, and all rename to a name of their own. */
  renamed: 3,
  /** The names of their own, by worker. */
  won: 4,
  /** A few names of each kind, made and removed all the time. */
  churned: 5,
  /** A few files, made, renamed to each other's names, and removed. */
  shuffled: 6,
  /** What a worker links to; by worker. */
  sources: 7,
} as const;
