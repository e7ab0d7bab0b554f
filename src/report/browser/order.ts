/** The order of cells that people read: `9.10 ms` comes before `2.00 s`, and `-`, which nobody knows, comes last. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** Undefined where a cell is no number. */
export function numberOf(cell: string): number | undefined {
  const match = /^[±+<\s]*(-?[\d,]+(?:\.\d+)?)\s*([A-Za-zµ]*)(?:\s+(\d+)\s*(s|min))?/.exec(cell.trim());
  if (match === null) return undefined;
  const [, digits = '', unit = '', more = '0', moreUnit = ''] = match;
  return Number(digits.replaceAll(',', '')) * (units[unit] ?? 1) + Number(more) * (units[moreUnit] ?? 1);
}

export function compareCells(a: string, b: string, sign: 1 | -1): number {
  const [isA, isB] = [a !== '-' && a !== '', b !== '-' && b !== ''];
  if (isA !== isB) return isA ? -1 : 1;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined && x !== y) return sign * (x - y);
  return sign * a.localeCompare(b, 'en', { numeric: true });
}
