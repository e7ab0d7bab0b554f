/** System calls that Node has none for. Errors are as those of Node (errno). */

/** Bytes of a file. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/** What fallocate can do, by the number that it goes by on Linux. `preallocate` leaves the size as it is, also behind the end. */
export const extentModes = { fallocate: 0, preallocate: 1, punchHole: 3, zeroRange: 16 } as const;
export type ExtentMode = keyof typeof extentModes;

export interface SystemCalls {
  /** What makes them: perl or python3. */
  readonly means: string;
  /** The attribute of a file that is ours. Undefined: it has none. */
  getxattr(path: string): Uint8Array | undefined;
  setxattr(path: string, value: Uint8Array): void;
  removexattr(path: string): void;
  /** Opens and closes the file, as every operation of the workload does; an error of the close is one of the call. */
  fallocate(path: string, mode: ExtentMode, extent: Extent): void;
  close(): void;
}
