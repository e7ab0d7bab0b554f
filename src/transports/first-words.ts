/** What a server says before SSH begins. ssh2 tells it only where SSH begins, and sshd says there why it does not. */
import type { Readable } from 'node:stream';

/** A line that tells why is short. */
const maxBytes = 512;

/** Listens from now on; gives the words, if they were no version of SSH. */
export function firstWords(stream: Readable): () => string | undefined {
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    if (text.length < maxBytes && !text.includes('\n')) return;
    text = text.slice(0, maxBytes);
    stream.removeListener('data', hear);
  };
  stream.on('data', hear);
  return () => {
    const line = text.split('\n', 1)[0]?.trim() ?? '';
    return line === '' || line.startsWith('SSH-') ? undefined : line;
  };
}
