/** Two findings are the same trouble when only numbers and the names of hosts tell them apart. */
import type { Finding } from './finding.ts';

export type Signed = Pick<Finding, 'code' | 'grade' | 'expected' | 'found'>;

/** Among hosts of these names. */
export function signatureOf(hosts: readonly string[]): (finding: Signed) => string {
  const names = [...new Set(hosts.map((name) => withoutNumbers(name)))].toSorted((a, b) => b.length - a.length);
  const anyName = new RegExp(names.map((name) => literally(name)).join('|'), 'g');
  const anonymous = (text: string): string => (names.length === 0 ? text : text.replace(anyName, '@'));
  return ({ code, grade, expected, found }) =>
    [code, grade, expected, found].map((text) => anonymous(withoutNumbers(text))).join('\n');
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#');
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
