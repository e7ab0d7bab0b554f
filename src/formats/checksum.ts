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

/** Whether it is what was written, but for blanks behind it; of a file that has no sum at its end nobody knows. */
export function isAsSummed(file: string | Buffer): boolean {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  let end = bytes.length;
  while (blanks.has(bytes[end - 1])) end--;
  const open = bytes.subarray(0, Math.max(0, end - closing('').length));
  return bytes.toString('latin1', open.length, end) === closing(open);
}

/**
 * Whether it was written with a sum, also where the name of that field is what was damaged: an earlier version's result, which has
 * none, never ends with one.
 */
export function isSummed(sha256: string | undefined, file: string | Buffer): boolean {
  if (sha256 !== undefined) return true;
  const end =
    typeof file === 'string' ? file.slice(-tailLength) : file.toString('latin1', Math.max(0, file.length - tailLength));
  return /"[0-9a-f]{64}"\}\s*$/.test(end);
}

/** Of the sum, and some blanks behind it. */
const tailLength = 128;

const blanks = new Set<number | undefined>(Buffer.from(' \t\r\n'));

function closing(open: string | Buffer): string {
  return `,"sha256":"${createHash('sha256').update(open).digest('hex')}"}`;
}
