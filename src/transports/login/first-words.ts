/** What a server says before SSH begins. ssh2 tells it only where SSH begins, and sshd says there why it does not. */
import type { Readable } from 'node:stream';

/** A line that tells why is short; who sends more than this isn't about to begin. */
const maxBytes = 8192;

/** Listens from now on; gives the first line that says something, if no version of SSH came. */
export function firstWords(stream: Readable): () => string | undefined {
  let text = '';
  const isBegun = (): boolean => /^SSH-/m.test(text);
  const hear = (chunk: Buffer): void => {
    text = `${text}${chunk.toString('latin1')}`.slice(0, maxBytes);
    if (text.length === maxBytes || isBegun()) stream.removeListener('data', hear);
  };
  stream.on('data', hear);
  return () => {
    if (isBegun()) return undefined;
    return text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '');
  };
}
