/** A file that a person named, read to its end or to a bound: a slip such as /dev/zero has no end, and would fill our memory. */
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';

/** Far more than any list of host keys has: 100,000 lines of them are 15 MB. */
const maxFileBytes = 64 << 20;

/** A path, or a file that is open already. Throws where there is more; with a path also where it is a pipe by name. */
export function readBounded(file: string | number, maxBytes = maxFileBytes): Buffer {
  if (typeof file === 'number') return readOpen(file, { maxBytes, from: '' });
  // It may have no writer: opening it would wait for ever, and no signal could end that.
  if (lstatSync(file).isFIFO()) throw new Error(`it is a pipe, not a file, open '${file}'`);
  const fd = openSync(file, 'r');
  try {
    return readOpen(fd, { maxBytes, from: `, read '${file}'` });
  } finally {
    closeSync(fd);
  }
}

const chunkBytes = 64 << 10;

function readOpen(fd: number, { maxBytes, from }: { readonly maxBytes: number; readonly from: string }): Buffer {
  const chunks: Buffer[] = [];
  for (let bytes = 0; ;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const read = readSync(fd, chunk);
    if (read === 0) return Buffer.concat(chunks);
    bytes += read;
    if (bytes > maxBytes) throw new Error(`larger than ${maxBytes} bytes${from}`);
    chunks.push(chunk.subarray(0, read));
  }
}
