/**
 * What is in a folder of a host, with the sha256 of every file: a POSIX script that says it, and a reader that believes
 * nothing of it. Names are bytes, which no shell ever reads: they come from find, between NULs, and go by arguments.
 */
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../printable.ts';

/** A regular file below the folder. Its path is bytes, one a character (latin1), without a leading `./`. */
export interface ListedFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Listing {
  /** The path that was asked for is itself a file: then that is all, and has the path ''. */
  readonly isFile: boolean;
  readonly files: readonly ListedFile[];
  readonly folders: readonly string[];
  /** Links, and pipes, sockets and devices: left where they are. */
  readonly links: readonly string[];
  readonly others: readonly string[];
  /** Files and folders that can't be read there. */
  readonly unreadable: readonly string[];
  /** Files of /proc, /sys and their like, which hold more or less than their size says. */
  readonly sizeless: readonly string[];
  /** Some folder couldn't be listed, as find said on stderr. */
  readonly isWhole: boolean;
}

/** A host must fill neither our memory nor our disk with names. */
const maxEntries = 1_000_000;
const maxListingBytes = 256 << 20;
const maxPathBytes = 4096;
const maxDepth = 64;

/**
 * A shell function for a file whose mode and size are in `$s`. What has a size of none, or of a page, may be no file of a disk:
 * its size says nothing, and a copy of so many bytes is another content.
 */
export const oddFunction =
  'odd() { n=${s#* }; [ "$n" -le 4096 ] && [ "$(($(head -c "$((n + (n == 0)))" <"$1" | wc -c)))" != "$n" ]; }';

/**
 * Shell text for `$files`: says mode, size and sha256 of the regular files in its arguments, with one program for all of
 * them; one by one where a name has a newline in it or a file can't be read, and then of exactly the bytes that it had at first.
 */
const filesScript = [
  'sums() {',
  '  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"',
  '  elif command -v shasum >/dev/null 2>&1; then shasum -a 256 "$@"',
  '  else openssl dgst -sha256 -r "$@"; fi',
  '}',
  'stats() { stat -L -c "%a %s" -- "$@" 2>/dev/null || stat -L -f "%Lp %z" -- "$@" 2>/dev/null; }',
  'one() { s=$(stats "$1") && [ -r "$1" ] && h=$(head -c "${s#* }" <"$1" | sums); }',
  oddFunction,
  'nl="',
  '"',
  'many=1; [ $# -gt 1 ] || many=; case $* in *"$nl"*) many=;; esac',
  'if [ -n "$many" ] && s=$(stats "$@") && h=$(sums "$@" 2>/dev/null); then',
  String.raw`  printf "f%s\0%s\0%s\0" $# "$s" "$h"; printf "%s\0" "$@"`,
  'else',
  String.raw`  for p do if ! one "$p"; then printf "e%s\0" "$p"; elif odd "$p"; then printf "v%s\0" "$p"; else printf "f1\0%s\0%s\0%s\0" "$s" "$h" "$p"; fi; done`,
  'fi',
].join('\n');

/** Sets `$files`, for `sh -c "$files" sh NAME...`, or ends with this status where the host has no program for sha256. */
export function listingPrologue(noHashStatus: number, quoteText: (text: string) => string): string {
  return [
    `command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 || command -v openssl >/dev/null 2>&1 || exit ${noHashStatus}`,
    `files=${quoteText(filesScript)}`,
  ].join('\n');
}

/** Sets `$sum`, a program that prints the sha256 of its input in its first word, or ends with this status where there is none. */
export function sumProgram(noHashStatus: number): string {
  return [
    'if command -v sha256sum >/dev/null 2>&1; then sum=sha256sum',
    "elif command -v shasum >/dev/null 2>&1; then sum='shasum -a 256'",
    "elif command -v openssl >/dev/null 2>&1; then sum='openssl dgst -sha256 -r'",
    `else exit ${noHashStatus}; fi`,
  ].join('\n');
}

/** Shell text that lists the current directory. */
export const listHere = [
  String.raw`printf 'D\0'; e=0`,
  String.raw`find . -type d -exec printf 'd%s\0' {} + -o -type f -exec sh -c "$files" sh {} + -o -type l -exec printf 'l%s\0' {} + -o -exec printf 'o%s\0' {} + || e=1`,
  String.raw`printf '.%s\0' $e`,
].join('\n');

/** Files that are listed together: their stats, then their hashes, then their names, of which some are still to come. */
interface Block {
  readonly count: number;
  stats?: readonly string[];
  hashes?: readonly string[];
  named: number;
}

/** Takes what the script prints, in any pieces, up to the end of the listing. */
export class ListingReader {
  readonly #what: string;
  readonly #files: ListedFile[] = [];
  readonly #folders: string[] = [];
  readonly #links: string[] = [];
  readonly #others: string[] = [];
  readonly #unreadable: string[] = [];
  readonly #sizeless: string[] = [];
  readonly #seen = new Set<string>();
  #pieces: Buffer[] = [];
  #taken = 0;
  #isFile = false;
  #block: Block | undefined;

  /** `what` is host and path, for messages. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Gives the listing when its end was in this chunk, with the bytes after it. */
  take(chunk: Buffer): { readonly listing: Listing; readonly rest: Buffer } | undefined {
    this.#taken += chunk.length;
    if (this.#taken > maxListingBytes) throw this.#refused('it goes on for ever');
    for (let start = 0; ;) {
      const end = chunk.indexOf(0, start);
      if (end < 0) {
        if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
        return undefined;
      }
      const field = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]).toString('latin1');
      this.#pieces = [];
      start = end + 1;
      if (this.#block === undefined && field.startsWith('.')) {
        return { listing: this.#listing(field === '.0'), rest: chunk.subarray(start) };
      }
      this.#field(field);
    }
  }

  #listing(isWhole: boolean): Listing {
    return {
      isFile: this.#isFile,
      files: this.#files,
      folders: this.#folders,
      links: this.#links,
      others: this.#others,
      unreadable: this.#unreadable,
      sizeless: this.#sizeless,
      isWhole,
    };
  }

  #field(field: string): void {
    if (this.#block !== undefined) return this.#blockField(this.#block, field);
    const rest = field.slice(1);
    switch (field.charAt(0)) {
      case 'D':
        return;
      case 'F':
        this.#isFile = true;
        return;
      case 'f':
        this.#block = { count: this.#number(rest, maxEntries), named: 0 };
        return;
      case 'd':
        if (rest !== '.') this.#folders.push(this.#path(rest));
        return;
      case 'l':
        this.#links.push(this.#path(rest));
        return;
      case 'e':
        this.#unreadable.push(this.#path(rest));
        return;
      case 'v':
        this.#sizeless.push(this.#path(rest));
        return;
      case 'o':
        this.#others.push(this.#path(rest));
        return;
      default:
        throw this.#refused(`it has an entry ${JSON.stringify(field.slice(0, 40))}`);
    }
  }

  #blockField(block: Block, field: string): void {
    if (block.stats === undefined) block.stats = this.#lines(field, block.count);
    else if (block.hashes === undefined) block.hashes = this.#lines(field, block.count);
    else {
      const [mode = '', bytes = ''] = block.stats[block.named]?.split(' ') ?? [];
      const sha256 = /^\\?([0-9a-f]{64})(\s|$)/.exec(block.hashes[block.named] ?? '')?.[1];
      if (!/^[0-7]{1,6}$/.test(mode) || sha256 === undefined) throw this.#refused('a file has no mode or no sha256');
      const size = this.#number(bytes, Number.MAX_SAFE_INTEGER);
      this.#files.push({ path: this.#path(field), mode: parseInt(mode, 8) & 0o777, bytes: size, sha256 });
      block.named++;
    }
    if (block.named === block.count && block.hashes !== undefined) this.#block = undefined;
  }

  #lines(field: string, count: number): readonly string[] {
    const lines = field.split('\n');
    if (lines.length !== count) throw this.#refused('files came or went while it was listed');
    return lines;
  }

  #number(text: string, max: number): number {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (!(value <= max)) throw this.#refused(`it has a number ${JSON.stringify(text.slice(0, 40))}`);
    return value;
  }

  /** Names go down from the folder, each once; whatever else comes is an attack or a mistake, and nothing of it is used. */
  #path(found: string): string {
    if (this.#isFile) return '';
    const path = found.startsWith('./') ? found.slice(2) : found;
    const names = path.split('/');
    const isStrange = !found.startsWith('./') || names.some((name) => name === '' || name === '.' || name === '..');
    const shown = JSON.stringify(printable(found.slice(0, 200)));
    if (isStrange) throw this.#refused(`the name ${shown} leads out of the folder`);
    if (path.length > maxPathBytes || names.length > maxDepth) throw this.#refused(`the name ${shown} is too deep`);
    if (this.#seen.has(path)) throw this.#refused(`the name ${shown} comes twice`);
    if (this.#seen.size >= maxEntries) throw this.#refused(`it has more than ${maxEntries} entries`);
    this.#seen.add(path);
    return path;
  }

  #refused(why: string): FunbricError {
    return new FunbricError('limit', `${this.#what}: its listing is not taken: ${why}`, {
      hint: 'is it the folder that was meant? Nothing was copied',
    });
  }
}
