/** What a copy is asked for, and what came of it. */
export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Told how many bytes were sent so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface CopiedPath {
  /** Sent, and those that were there already. */
  readonly files: number;
  readonly skipped: number;
  readonly bytes: number;
  /** What was left out. */
  readonly notes: readonly string[];
}

/** A file of at least so many bytes that was cut off is gone on with; anything smaller is sent again. */
export const resumeBytes = 8 << 20;
