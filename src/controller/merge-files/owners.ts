/**
 * Whose result a file holds. With a plan its hosts come first: a result is of the host that it names, else of the one that
 * its file or folder is called after, and one of nobody is a stranger. Without a plan the files are the hosts.
 */
import type { Host } from '../../model/host.ts';

/** One result of a file, or the whole of a file that couldn't be read. */
export interface Owned {
  /** The host as the result calls it. */
  readonly host: string | undefined;
  /** The path that its file was given with. */
  readonly path: string;
  /** Its place in the file, where that has several. */
  readonly part: number | undefined;
  /** The tool and its test: a host has one result of each. */
  readonly what: string;
}

/** The name of its host for each of them. */
export function ownersWithoutPlan(results: readonly Owned[]): readonly string[] {
  const called = fileNames(results.map(({ path }) => path));
  const fallback = results.map(({ part }, at) => `${called[at] ?? ''}${part === undefined ? '' : ` #${part + 1}`}`);
  const names = results.map(({ host }, at) => cleaned(host ?? '') || (fallback[at] ?? ''));
  const own = results.map(({ what }, at) => {
    const name = names[at] ?? '';
    const sameName = results.filter((other, place) => names[place] === name && other.what === what);
    return sameName.length > 1 && name !== fallback[at] ? `${name} (${fallback[at] ?? ''})` : name;
  });
  return own.map((name, at) => {
    const before = results.filter(
      (other, place) => place < at && own[place] === name && other.what === results[at]?.what,
    );
    return before.length === 0 ? name : `${name} (${before.length + 1})`;
  });
}

/** The index of its host in the plan for each of them; undefined: of nobody. */
export function ownersByPlan(results: readonly Owned[], hosts: readonly Host[]): readonly (number | undefined)[] {
  return results.map(({ host, path }) => {
    const named = host === undefined ? undefined : findHost(hosts, host);
    return named ?? findByPath(hosts, path);
  });
}

/** By its name, then its address, then the first part of its name where only one has that; fio names a port, too. */
function findHost(hosts: readonly Host[], said: string): number | undefined {
  const ways: ((host: Host, text: string) => boolean)[] = [
    ({ name }, text) => name === text,
    ({ address }, text) => address === text,
    ({ name }, text) => shortOf(name) === shortOf(text),
  ];
  for (const text of [said, said.replace(/[:,]\d+$/, '')]) {
    for (const is of ways) {
      const [first, second] = hosts.flatMap((host, index) => (is(host, text) ? [index] : []));
      if (first !== undefined && second === undefined) return first;
    }
  }
  return undefined;
}

/** An address has no short form. */
function shortOf(name: string): string {
  return /^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name);
}

/** From the file to the outermost folder: web3.xml, web3/funkload.xml. */
function findByPath(hosts: readonly Host[], path: string): number | undefined {
  const [file = '', ...folders] = path.split(/[/\\]+/).toReversed();
  for (const part of [file, stemOf(file), ...folders]) {
    const found = part === '' ? undefined : findHost(hosts, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The shortest ends of the paths by which files can be told apart: web3, or web3/funkload where many are called so. */
function fileNames(paths: readonly string[]): readonly string[] {
  const split = paths.map((path) => path.split(/[/\\]+/).filter((part) => part !== '' && part !== '.'));
  const files = [...new Map(paths.map((path, at) => [path, split[at] ?? []]))];
  const ways: ((parts: readonly string[]) => string)[] = [
    (parts) => stemOf(parts.at(-1) ?? ''),
    (parts) => parts.at(-2) ?? '',
    (parts) => [...parts.slice(-2, -1), stemOf(parts.at(-1) ?? '')].join('/'),
    (parts) => parts.slice(-2).join('/'),
  ];
  const way = ways.find((name) => {
    const names = files.map(([, parts]) => cleaned(name(parts)));
    return names.every((one) => one !== '') && new Set(names).size === files.length;
  });
  return split.map((parts) => cleaned(way === undefined ? parts.join('/') : way(parts)));
}

function stemOf(file: string): string {
  return file.replace(/(?<=[^.])\.[A-Za-z+]{1,8}$/, '');
}

const maxName = 200;

/** What a file calls its host may hold anything. */
function cleaned(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .trim()
    .slice(0, maxName);
}
