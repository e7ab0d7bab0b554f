/**
 * Reads XML piece by piece, in memory that doesn't grow with the document: tags as they come, text only where the handler
 * wants it. Strict about what tags are and how they nest, as a result that was cut or mixed with another must not look
 * whole; there are no DTDs, so no entities to expand and no file to fetch.
 */
import { Attributes } from './attributes.ts';
import * as b from './bytes.ts';
import { declarationBytes, detectEncoding, Transcoder } from './encoding.ts';
import { sectionAt, type Section } from './sections.ts';
import { endOfName, endOfSpace, readStartTag } from './start-tag.ts';
import { contentText, endOfWholeText, plainText } from './text.ts';
import { XmlError } from './xml-error.ts';

export interface XmlHandler {
  /** Whether text from here on is to be told; it may change with every tag. */
  readonly wantsText: boolean;
  /** Whether there may be more elements after the first has ended. */
  readonly takesManyRoots: boolean;
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  /** Text comes in pieces that may end anywhere. */
  text(text: string): void;
}

/** Results have a few levels. */
const maxDepth = 64;
/** What is kept of a tag that goes on in the next piece. */
const maxTagBytes = 4 << 20;

export interface Place {
  /** From 0, in the file. */
  readonly byte: number;
  /** From 1. */
  readonly line: number;
}

export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #remark: (what: string) => void;
  readonly #attributes: Attributes;
  readonly #words = new b.Words();
  readonly #open: string[] = [];
  #hasRoot = false;
  #section: Section | undefined;
  /** Not before the declaration is there. */
  #transcoder: Transcoder | undefined;
  /** What is scanned, and of it what waits for the bytes that follow it. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the file, before `#bytes`. */
  #base = 0;
  /** In `#bytes`, where the token begins that is read now, and its line. */
  #at = 0;
  #line = 1;

  constructor(handler: XmlHandler, remark: (what: string) => void) {
    this.#handler = handler;
    this.#remark = remark;
    this.#attributes = new Attributes(remark);
  }

  place(): Place {
    const before = this.#bytes.subarray(0, this.#at);
    return { byte: this.#base + (this.#transcoder?.fileBytes(before) ?? 0), line: this.#line };
  }

  /** Keeps nothing of the piece's memory. */
  push(piece: Buffer): void {
    if (this.#transcoder !== undefined) return this.#scan(this.#transcoder, piece);
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    if (this.#bytes.length >= declarationBytes) this.#begin();
  }

  /** Throws where the document isn't whole. */
  end(): void {
    if (this.#transcoder === undefined) this.#begin();
    const rest = this.#bytes;
    this.#at = rest.length;
    const inside = this.#open.at(-1);
    if (inside !== undefined) throw new XmlError('cut', `it ends within <${inside}>`);
    if (rest.length > 0 || this.#section !== undefined) throw new XmlError('cut', 'it ends within a tag');
    if (!this.#hasRoot) throw new XmlError('cut', 'it ends before any element');
  }

  #begin(): void {
    const head = this.#bytes;
    const { encoding, markBytes } = detectEncoding(head);
    this.#bytes = Buffer.alloc(0);
    this.#base = markBytes;
    this.#transcoder = new Transcoder(encoding);
    this.#scan(this.#transcoder, head.subarray(markBytes));
  }

  #scan(transcoder: Transcoder, piece: Buffer): void {
    const text = transcoder.utf8(piece);
    const bytes = this.#bytes.length === 0 ? text : Buffer.concat([this.#bytes, text]);
    const nul = bytes.indexOf(0);
    this.#bytes = nul < 0 ? bytes : bytes.subarray(0, nul);
    this.#at = 0;
    this.#tokens(this.#bytes);
    if (nul >= 0) {
      this.#at = nul;
      throw new XmlError('broken', 'a NUL byte: what should be here was never written');
    }
    if (bytes.length - this.#at > maxTagBytes) throw new XmlError('refused', `a tag of more than ${maxTagBytes} bytes`);
    this.#base += transcoder.fileBytes(bytes.subarray(0, this.#at));
    this.#bytes = Buffer.from(bytes.subarray(this.#at));
    this.#at = 0;
  }

  #tokens(bytes: Buffer): void {
    try {
      for (let next = 0; next >= 0 && next < bytes.length;) {
        this.#at = next;
        next = this.#token(bytes, next);
        if (next > 0) this.#at = next;
      }
    } catch (error) {
      if (error instanceof XmlError && error.at !== undefined) {
        this.#line += b.countLines(bytes, this.#at, error.at);
        this.#at = error.at;
      }
      throw error;
    }
  }

  /** Where the next token begins; -1: this one needs more bytes. */
  #token(bytes: Buffer, at: number): number {
    if (this.#section !== undefined) return this.#inSection(this.#section, bytes, at);
    if (bytes[at] !== b.lessThan) return this.#text(bytes, at);
    const second = bytes[at + 1];
    if (second === undefined) return -1;
    if (second === b.slash) return this.#endTag(bytes, at);
    if (second === b.exclamation || second === b.question) return this.#beginSection(bytes, at);
    return this.#startTag(bytes, at);
  }

  #startTag(bytes: Buffer, from: number): number {
    const tag = this.#attributes;
    const to = readStartTag(bytes, from, tag);
    if (to < 0) return to;
    if (this.#open.length === 0 && this.#hasRoot && !this.#handler.takesManyRoots) {
      throw new XmlError('broken', 'another element after the end of the first');
    }
    if (this.#open.length === maxDepth) throw new XmlError('refused', `more than ${maxDepth} elements in each other`);
    this.#hasRoot = true;
    const name = this.#words.of(bytes, from + 1, tag.tagNameTo);
    this.#handler.open(name, tag);
    if (tag.isEmpty) this.#handler.close(name);
    else this.#open.push(name);
    if (tag.hasLines) this.#countLines(bytes, from, to);
    return to;
  }

  #endTag(bytes: Buffer, from: number): number {
    const nameTo = endOfName(bytes, from + 2);
    const to = endOfSpace(bytes, nameTo);
    if (to === bytes.length) return -1;
    if (bytes[to] !== b.greaterThan) throw new XmlError('broken', 'an end tag that goes on after its name', to);
    const name = this.#words.of(bytes, from + 2, nameTo);
    const open = this.#open.at(-1);
    if (name !== open) {
      throw new XmlError(
        'broken',
        `</${name}> where ${open === undefined ? 'nothing is open' : `<${open}> has to end first`}`,
      );
    }
    this.#open.pop();
    this.#handler.close(name);
    return to + 1;
  }

  #text(bytes: Buffer, from: number): number {
    let to = from;
    let holds = 0;
    let isBlank = 1;
    for (; to < bytes.length; to++) {
      const byte = bytes[to] ?? 0;
      if (byte === b.lessThan) break;
      holds |= b.classes[byte] ?? 0;
      isBlank &= b.isSpace[byte] ?? 0;
    }
    if (isBlank === 0 && this.#open.length === 0 && !(this.#hasRoot && this.#handler.takesManyRoots)) {
      throw new XmlError('broken', 'text outside of all elements');
    }
    if (this.#handler.wantsText && this.#open.length > 0) {
      if (to === bytes.length) to = endOfWholeText(bytes, from);
      if (to === from) return -1;
      this.#handler.text(contentText({ bytes, from, to, holds }, this.#remark));
    }
    if ((holds & b.holds.control) !== 0) this.#countLines(bytes, from, to);
    return to;
  }

  #beginSection(bytes: Buffer, from: number): number {
    const section = sectionAt(bytes, from);
    if (section === undefined) return -1;
    if (section.isText && this.#open.length === 0) throw new XmlError('broken', 'text outside of all elements');
    this.#section = section;
    return from + section.mark.length;
  }

  #inSection({ until, isText }: Section, bytes: Buffer, from: number): number {
    const found = bytes.indexOf(until, from);
    const isTold = isText && this.#handler.wantsText;
    const most = Math.max(from, bytes.length - until.length + 1);
    const to = found >= 0 ? found : isTold ? endOfWholeText(bytes.subarray(0, most), from) : most;
    if (to === from && found < 0) return -1;
    if (isTold && to > from) {
      let holds = 0;
      for (let at = from; at < to; at++) holds |= b.classes[bytes[at] ?? 0] ?? 0;
      this.#handler.text(plainText({ bytes, from, to, holds: holds & ~b.holds.lessThan }, this.#remark));
    }
    this.#countLines(bytes, from, to);
    if (found < 0) return to;
    this.#section = undefined;
    return to + until.length;
  }

  #countLines(bytes: Buffer, from: number, to: number): void {
    this.#line += b.countLines(bytes, from, to);
  }
}
