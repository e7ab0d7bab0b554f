/** A time as fio's options and job files have it; a number alone is seconds. Undefined: none. */
export function fioSeconds(text: string | undefined): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d)?$/i.exec(text?.trim() ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * (unitSeconds.get(unit.toLowerCase()) ?? NaN);
}

const unitSeconds: ReadonlyMap<string, number> = new Map([
  ['us', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);
