/**
 * Text that reaches a host's shell unchanged. Every word is quoted, also plain ones: so no keyword, alias or `~` is ever
 * read out of it. Backslashes stand outside of the quotes, because fish takes them as escapes inside.
 */
import { FunbricError } from '../model/errors.ts';

export function quote(word: string): string {
  if (word.includes('\0')) {
    throw new FunbricError('usage', `a word of a command has a NUL character: ${JSON.stringify(word.slice(0, 80))}`, {
      hint: 'no program can take it as an argument; remove it',
    });
  }
  // A pattern such as $& for what was found takes four times as long, which is 2 ms for ten hosts.
  return `'${word.replaceAll(/['\\]/g, (found) => `'\\${found}'`)}'`;
}

export function quoteAll(words: readonly string[]): string {
  return words.map((word) => quote(word)).join(' ');
}

/** As a person would type it: only words that need quotes have them. */
export function readable(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ');
}

/** The command, run in a directory; not run at all when that can't be entered. */
export function inDirectory(directory: string, command: string): string {
  return `cd -- ${quotePath(directory)} && ${command}`;
}

/**
 * A path as one word: `~` is the home, and nothing else in it means anything to a shell, `cd` (`-`, CDPATH) or a program (an
 * option).
 */
export function quotePath(path: string): string {
  if (path === '~' || path.startsWith('~/')) return `"$HOME"${quote(path.slice(1))}`;
  return quote(path.startsWith('/') ? path : `./${path}`);
}

/** Where a path leads from a directory, both as `quotePath` takes them. */
export function pathFrom(directory: string | undefined, path: string): string {
  const isOwn = directory === undefined || /^(\/|~(\/|$))/.test(path);
  return isOwn ? path : `${directory.replace(/\/$/, '')}/${path}`;
}

/** One line for any login shell (bash, dash, zsh, fish) that runs a POSIX script in its place. */
export function posixLine(script: string): string {
  return `exec /bin/sh -c ${quote(script)}`;
}
