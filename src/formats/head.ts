/** The beginning of a file, as formats look at it to know theirs. */
import { decodeWhole } from './xml/encoding.ts';

/** Tools print lines of text before their JSON: of a long run, a good many. */
export const headBytes = 1 << 20;

export interface Head {
  /** Bytes that are no text come as U+FFFD. */
  readonly text: string;
  /** The name of the first XML element, if that is what it is. */
  readonly root: string | undefined;
}

export function headOf(bytes: Buffer): Head {
  const text = textOf(bytes.subarray(0, headBytes));
  return { text, root: rootOf(text) };
}

/** An encoding that we don't read is for the format to refuse, as it knows the file's name. */
function textOf(bytes: Buffer): string {
  try {
    return decodeWhole(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** Past what may stand before it; a DTD names it, too. */
function rootOf(text: string): string | undefined {
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(text.slice(at, at + maxSpace))?.[0].length ?? 0;
    const end = skipped.find(([mark]) => text.startsWith(mark, at))?.[1];
    if (end === undefined) break;
    const to = text.indexOf(end, at);
    if (to < 0) return undefined;
    at = to + end.length;
  }
  // fio's client puts a host's name in such brackets, too, and words behind it.
  return /^<(?:!DOCTYPE\s+)?([\w:.-]+)(?![\w:.-]|>[ \t]*[^\s<])/.exec(text.slice(at, at + maxName))?.[1];
}

const skipped = [
  ['<?', '?>'],
  ['<!--', '-->'],
] as const;

const maxSpace = 4096;
const maxName = 256;
