/**
 * How much of one file is kept: of all its hosts together, as a file can name as many hosts as it has lines. What is beyond it is
 * counted, but no longer told apart.
 */
export interface Budget {
  /** Single measurements. */
  samples: number;
  /** Kinds of operations: a file may give each request a name of its own. */
  kinds: number;
  /** Groups of failures that look the same. */
  failures: number;
}

/** 200 MB of measurements, and some 30 MB of each of the others, if their texts are long. */
export function newBudget(): Budget {
  return { samples: 12_000_000, kinds: 10_000, failures: 1000 };
}
