/** Tables and bars of characters, for what is read on a terminal or in a file. */

/** Numbers to the right, as wide as they need; `indent` columns from the left. */
export function plainTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  indent = 1,
): readonly string[] {
  const widths = columns.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `${' '.repeat(indent)}${cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')}`;
  const rule = line(widths.map((width) => '='.repeat(width)));
  return [rule, line(columns), rule, ...rows.map((row) => line(row)), rule];
}

/** One bar a row, the longest of them as long as a half of a screen. */
export function plainBars(
  rows: readonly { readonly label: string; readonly value: number; readonly shown: string }[],
): readonly string[] {
  const most = Math.max(0, ...rows.map(({ value }) => value));
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows.map(({ label, value, shown }) => {
    const length = most > 0 ? Math.round((barColumns * Math.max(0, value)) / most) : 0;
    return `  ${label.padStart(width)} |${'#'.repeat(length)} ${shown}`;
  });
}

const barColumns = 40;
