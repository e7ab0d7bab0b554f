/**
 * The bytes of a document as UTF-8, which is what the scanner reads: by its byte order mark, else by what its declaration
 * says. Almost all files are UTF-8 already and pass as they are.
 */
import { XmlError } from './xml-error.ts';

export type Encoding = 'utf-8' | 'latin-1' | 'utf-16le' | 'utf-16be';

export interface Detected {
  readonly encoding: Encoding;
  /** Of the byte order mark. */
  readonly markBytes: number;
}

/** The declaration is in so many bytes, or there is none. */
export const declarationBytes = 512;

export function detectEncoding(head: Uint8Array): Detected {
  const [a = 0, b = 0, c = 0] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  if (a === 0x3c && b === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (a === 0 && b === 0x3c) return { encoding: 'utf-16be', markBytes: 0 };
  return { encoding: declaredEncoding(head), markBytes: 0 };
}

function declaredEncoding(head: Uint8Array): Encoding {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, declarationBytes)).toString('latin1');
  const [, declared = 'utf-8'] = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/.exec(text) ?? [];
  const encoding = encodings.get(declared.toLowerCase());
  if (encoding !== undefined) return encoding;
  if (/^utf-?16|^ucs-?2/i.test(declared)) {
    throw new XmlError('refused', `it says that it is ${declared}, and its bytes are not`);
  }
  throw new XmlError(
    'refused',
    `its encoding ${JSON.stringify(declared)}: only UTF-8, UTF-16, ISO-8859-1 and US-ASCII are read`,
  );
}

const encodings: ReadonlyMap<string, Encoding> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'latin-1'],
  ['latin-1', 'latin-1'],
  ['latin1', 'latin-1'],
]);

/** What follows the byte order mark, piece by piece. */
export class Transcoder {
  readonly #encoding: Encoding;
  readonly #wide: InstanceType<typeof TextDecoder> | undefined;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    // A half character at the end of a piece waits in the decoder.
    this.#wide = encoding === 'utf-16le' || encoding === 'utf-16be' ? new TextDecoder(encoding) : undefined;
  }

  utf8(piece: Buffer): Buffer {
    if (this.#encoding === 'utf-8') return piece;
    const text = this.#wide === undefined ? piece.toString('latin1') : this.#wide.decode(piece, { stream: true });
    return Buffer.from(text);
  }

  /** How many bytes of the file became so many bytes of UTF-8. */
  fileBytes(utf8: Buffer): number {
    switch (this.#encoding) {
      case 'utf-8':
        return utf8.length;
      case 'latin-1':
        return utf8.toString().length;
      case 'utf-16le':
      case 'utf-16be':
        return 2 * utf8.toString().length;
    }
  }
}

/** All of a text at once, for what isn't XML; a byte order mark is no part of it. */
export function decodeWhole(bytes: Buffer): string {
  const { encoding, markBytes } = detectEncoding(bytes);
  return new Transcoder(encoding).utf8(bytes.subarray(markBytes)).toString();
}
