/** Times, sizes and shares as people type them. Undefined: not one. */

const millisecondsOf: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** `500ms`, `5s`, `1.5m`, `1h` -> ms; a number alone means seconds, as in ssh. */
export function parseDuration(text: string): number | undefined {
  return parseUnit(/^(\d+(?:\.\d+)?)(ms|s|m|h|)$/, text, millisecondsOf);
}

const bytesOf: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
]);

/** `4096`, `4K`, `4KiB`, `1M`, `1GiB` -> bytes. Not `KB`, which means 1000 to some and 1024 to others. */
export function parseSize(text: string): number | undefined {
  return parseUnit(/^(\d+(?:\.\d+)?)(?:([kmgt])(?:ib)?|b?)$/i, text, bytesOf);
}

/** `5%`, `0.5%` -> a share of 1. The sign must be there: 5 alone could be 500 %. */
export function parsePercent(text: string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const share = Number(percent) / 100;
  return percent === undefined || share > 1 ? undefined : share;
}

function parseUnit(pattern: RegExp, text: string, factors: ReadonlyMap<string, number>): number | undefined {
  const match = pattern.exec(text);
  const factor = factors.get((match?.[2] ?? '').toLowerCase());
  if (match === null || factor === undefined) return undefined;
  const exact = Number(match[1]) * factor;
  // 2.3 s is 2299.9999999999995 ms to a computer.
  const value = Math.round(exact);
  return Number.isSafeInteger(value) && Math.abs(exact - value) < 1e-6 ? value : undefined;
}
