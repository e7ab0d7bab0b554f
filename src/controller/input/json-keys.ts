/**
 * Keys that JSON.parse drops or bends without a word: of two equal ones the last wins, and `__proto__` is no setting of
 * anything. A person who wrote one must hear of it.
 */

/** The first such key, in words, with its place; the text must be valid JSON. */
export function silentKeyIn(text: string): string | undefined {
  const open: Level[] = [];
  let last: string | undefined;
  for (const [token] of text.matchAll(tokens)) {
    const level = open.at(-1);
    if (token === '{' || token === '[') open.push({ keys: new Set(), key: undefined, isObject: token === '{' });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && level?.isObject === true && last !== undefined) {
      const key: unknown = JSON.parse(last);
      const mistake = mistakeOf(String(key), level.keys);
      if (mistake !== undefined) return `${pathOf(open)}: the key ${last} ${mistake}`;
      level.keys.add(String(key));
      level.key = String(key);
    }
    last = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}

/** Strings whole, so that what is in them is never taken for structure. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

interface Level {
  readonly keys: Set<string>;
  readonly isObject: boolean;
  /** The one whose value is being read. */
  key: string | undefined;
}

function mistakeOf(key: string, known: ReadonlySet<string>): string | undefined {
  if (key === '__proto__') return 'is not allowed';
  return known.has(key) ? 'is there twice' : undefined;
}

function pathOf(open: readonly Level[]): string {
  const path = open.slice(0, -1).flatMap(({ key }) => (key === undefined ? [] : [key]));
  return path.length === 0 ? 'top level' : path.join('.');
}
