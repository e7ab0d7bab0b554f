/** What a group of measurements is, and how a figure is said: the ratio first, as absolute times are noise between machines. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  /** Prints a line a figure, and one for what can't be measured here. */
  run(print: (line: string) => void, options: GroupOptions): Promise<void>;
}

export interface GroupOptions {
  /** Of operations, for `checks`. */
  readonly millions?: number;
}

export interface Comparison {
  readonly what: string;
  /** Ours and theirs, in one unit. */
  readonly ours: number;
  readonly theirs: number;
  readonly than: string;
  readonly unit: string;
  readonly digits?: number;
}

/** `1 MiB reads, verified: 1.31x fio crc32c (4.6 vs 3.5 GiB/s)`. */
export function figure({ what, ours, theirs, than, unit, digits = 2 }: Comparison): string {
  return `${what}: ${(ours / theirs).toFixed(2)}x ${than} (${ours.toFixed(digits)} vs ${theirs.toFixed(digits)} ${unit})`;
}

/** The middle one: what else the machine did spoils the others. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
