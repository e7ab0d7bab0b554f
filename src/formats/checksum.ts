/**
 * A JSON file that ends with the SHA-256 of all that stands before it, so that a flipped bit, a cut and an editor are seen.
 * It is no signature: whoever wants to forge a file can work the sum out again.
 */
import { createHash } from 'node:crypto';

/** `{...,"sha256":"<hex>"}` and a newline, on one line: the sum is of the bytes before its comma. */
export function checksummedJson(value: { readonly version: number }): string {
  const open = JSON.stringify(value).slice(0, -1);
  return `${open}${closing(open)}\n`;
}

/**
 * Whether it is another than was written, but for blanks behind it. `sha256`: of its last field. Where there is none nobody knows,
 * but for a file that ends with a sum all the same: the name of that field is what was damaged.
 */
export function isChanged(sha256: string | undefined, file: string | Buffer): boolean {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  let end = bytes.length;
  while (blanks.has(bytes[end - 1])) end--;
  const open = bytes.subarray(0, Math.max(0, end - closing('').length));
  const tail = bytes.toString('latin1', open.length, end);
  return (sha256 !== undefined || /"[0-9a-f]{64}"\}$/.test(tail)) && tail !== closing(open);
}

const blanks = new Set<number | undefined>(Buffer.from(' \t\r\n'));

function closing(open: string | Buffer): string {
  return `,"sha256":"${createHash('sha256').update(open).digest('hex')}"}`;
}
