/**
 * What all formats in JSON do: the whole text is needed before any of it can be understood, so it is bounded, and a file that
 * was cut is refused, as no part of it can be trusted.
 */
import { FunbricError, messageOf } from '../model/errors.ts';
import type { End } from '../model/measured.ts';
import { clip } from './clip.ts';
import type { Content, Reading } from './format.ts';
import { decodeWhole } from './xml/encoding.ts';

/** A thousand hosts of fio with their bins; as values it takes several times as much. */
const maxJsonBytes = 64 << 20;

export interface JsonText {
  /** Up to the first NUL byte: behind it is what the file system never wrote. */
  readonly text: string;
  /** Of a file whose text turns out to be whole. */
  readonly end: End;
}

export function readJson(file: string, understand: (json: JsonText) => Content): Reading {
  const pieces: Buffer[] = [];
  let bytes = 0;
  return {
    push: (piece) => {
      bytes += piece.length;
      if (bytes > maxJsonBytes) throw refuse(file, `more than ${maxJsonBytes} bytes of JSON`);
      pieces.push(Buffer.from(piece));
    },
    end: () => {
      const text = decodeWhole(Buffer.concat(pieces));
      const nul = text.indexOf('\0');
      return understand(
        nul < 0 ? { text, end: { kind: 'whole' } } : { text: text.slice(0, nul), end: brokenAfter(text.slice(0, nul)) },
      );
    },
  };
}

function brokenAfter(text: string): End {
  const reason = 'a NUL byte: what should be here was never written';
  return { kind: 'broken', byte: Buffer.byteLength(text), line: linesIn(text) + 1, reason };
}

export function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

/** `lineBefore`: lines of the file that stand before it. */
export function parseJson(file: string, text: string, lineBefore = 0): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = messageOf(error);
    const position = /at position (\d+)/.exec(said)?.[1];
    const isCut =
      /unexpected end|unterminated/i.test(said) || (position !== undefined && Number(position) >= text.length);
    if (!isCut && position === undefined) throw refuse(file, `it is no JSON: ${clip(said)}`);
    const line = lineBefore + linesIn(text.slice(0, isCut ? text.length : Number(position))) + 1;
    throw refuse(file, `line ${line}: ${isCut ? 'its JSON ends too early' : `it is no JSON there: ${said}`}`);
  }
}

/** Which field isn't as it has to be, in one line: `jobs.0.read.total_ios: ...`. */
export function fieldOf({ issues }: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const [first] = issues;
  return clip(`${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`);
}

export function refuse(file: string, reason: string): FunbricError {
  return new FunbricError('input', `${file}: ${reason}`, { hint: 'fetch it again from its host, or leave it out' });
}
