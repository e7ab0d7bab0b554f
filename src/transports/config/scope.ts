/**
 * Whether ssh_config says the same for every host, as most do: then ssh is asked once, not once a host. What can't be told
 * apart with certainty by looking at the text counts as depending on the host.
 */
import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { readBounded } from '../read-bounded.ts';

/** Include may nest 16 deep in ssh. */
const maxDepth = 16;

/** These files, with what they include; one that is missing says nothing. */
export function isSameForAllHosts(files: readonly string[], home: string): boolean {
  return files.every((file) => isFileSame(file, { home, depth: 0 }));
}

interface Reading {
  readonly home: string;
  readonly depth: number;
}

function isFileSame(file: string, reading: Reading): boolean {
  if (reading.depth > maxDepth) return false;
  let text: string;
  try {
    text = readBounded(file).toString('utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
  }
  return text.split('\n').every((line) => isLineSame(line.trim(), { ...reading, file }));
}

function isLineSame(line: string, reading: Reading & { readonly file: string }): boolean {
  if (line === '' || line.startsWith('#')) return true;
  const [, keyword = '', value = ''] = /^(\w+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
  switch (keyword.toLowerCase()) {
    // What can't be read as a keyword and its value, too.
    case '':
    case 'match':
    case 'hostname':
    case 'canonicalizehostname':
      return false;
    case 'host':
      return value === '*';
    case 'include':
      return isIncludeSame(value, reading);
    default:
      // Tokens stand for the host, among other things.
      return !value.includes('%');
  }
}

/** One path, whose last part may hold stars. */
function isIncludeSame(value: string, { file, home, depth }: Reading & { readonly file: string }): boolean {
  if (/["\s?[\]\\$]/.test(value) || dirname(value).includes('*')) return false;
  const base = file.startsWith('/etc/ssh/') ? '/etc/ssh' : join(home, '.ssh');
  const expanded = value.startsWith('~/') ? join(home, value.slice(2)) : value;
  const path = isAbsolute(expanded) ? expanded : join(base, expanded);
  if (!path.includes('*')) return isFileSame(path, { home, depth: depth + 1 });
  const folder = dirname(path);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No such folder: nothing is included.
    return true;
  }
  // Reading one file too many, such as a hidden one, errs on the safe side.
  return names.every((name) => isFileSame(join(folder, name), { home, depth: depth + 1 }));
}
