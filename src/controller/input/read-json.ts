/** Reads a JSON file that a person wrote: every error names the file, the place in it, what was found and what to do. */
import type * as z from 'zod';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { readBounded } from '../../transports/read-bounded.ts';
import { didYouMean } from './closest.ts';
import { silentKeyIn } from './json-keys.ts';

/** Far more than any list of hosts needs; a slip such as `--hosts-file /dev/zero` shall end. */
const maxFileBytes = 16 << 20;

/** For a file whose form must be seen before it can be decoded. */
export function readJsonValue(file: string): unknown {
  return parseJson(file, readText(file));
}

/** For a text that is there already; `file` is where it came from. */
export function parseJson(file: string, text: string): unknown {
  const value = parse(file, text);
  const mistake = silentKeyIn(text);
  if (mistake === undefined) return value;
  throw new FunbricError('input', `${file}: ${mistake}`, { hint: 'rename it, or keep one of them' });
}

/** `keys`: all that the schema knows, where there are some to suggest for a slip. */
export function decodeJson<T extends z.ZodType>(
  file: string,
  value: unknown,
  schema: T,
  keys: readonly string[],
): z.infer<T> {
  const decoded = schema.safeParse(value);
  if (decoded.success) return decoded.data;
  const issues = decoded.error.issues;
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new FunbricError(
    'input',
    `${file}: ${first === undefined ? 'not understood' : describe(first, value)}${more}`,
    {
      hint: first === undefined ? 'correct it there' : hintOf(first, keys),
    },
  );
}

export function readText(file: string): string {
  try {
    return readBounded(file, maxFileBytes).toString('utf8');
  } catch (error) {
    throw new FunbricError('input', `${file}: can't be read: ${messageOf(error)}`, {
      hint: 'check the path and its permissions',
      cause: error,
    });
  }
}

function parse(file: string, text: string): unknown {
  try {
    // A byte order mark is what some editors put first; JSON has none.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FunbricError('input', `${file}: no valid JSON: ${messageOf(error)}${placeOf(error, text)}`, {
      hint: 'look for a missing quote, a missing comma, or a comma too many before that place',
      cause: error,
    });
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(messageOf(error))?.[1];
  if (position === undefined) return '';
  const lines = text.slice(0, Number(position)).split('\n');
  return ` (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`;
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') return `${path}: unknown setting ${issue.keys.map(quote).join(', ')}`;
  if (issue.code === 'invalid_key') return `${path}: ${issue.issues[0]?.message ?? issue.message}`;
  return `${path}: ${issue.message}, found ${shown(at(value, issue.path))}`;
}

function hintOf(issue: z.core.$ZodIssue, keys: readonly string[]): string {
  if (issue.code !== 'unrecognized_keys') return 'correct it there';
  return didYouMean(issue.keys[0] ?? '', keys, keys.length === 0 ? 'remove it' : `settings are: ${keys.join(', ')}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'top level' : path.map(String).join('.');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    current = typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined;
  }
  return current;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
