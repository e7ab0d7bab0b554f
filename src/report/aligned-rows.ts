/**
 * Rows as lines of a terminal: columns two blanks apart, each as wide as its longest cell, or as `maxWidth` where that is
 * less. Longer cells stay whole; so does the last column, which nothing follows.
 */
export function alignedRows(rows: readonly (readonly string[])[], maxWidth = Infinity): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, Math.min(maxWidth, cell.length));
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
