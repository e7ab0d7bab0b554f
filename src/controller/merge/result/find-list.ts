/**
 * A long list in the bytes of a result, read as we write it. Where a file has it in any other way, it isn't found: what that
 * is, JSON.parse and the schema have to say. Whose list of this name it is, isn't said either.
 */
import { NumberScanner } from './number-scanner.ts';

/** From its opening bracket to behind its closing one. */
export interface FoundList<T> {
  readonly from: number;
  readonly end: number;
  readonly list: T;
}

const opening = 0x5b;
const comma = 0x2c;
const closing = 0x5d;

/** `takesRow` reads one of its values, and says whether it is one. */
export function findList<T>(
  bytes: Buffer,
  { key, list }: { readonly key: string; readonly list: T },
  takesRow: (scanner: NumberScanner) => boolean,
): FoundList<T> | undefined {
  const start = `"${key}":`;
  const place = bytes.indexOf(start);
  if (place < 0) return undefined;
  const scanner = new NumberScanner(bytes, place + start.length);
  if (!scanner.takes(opening)) return undefined;
  const from = scanner.at - 1;
  if (scanner.takes(closing)) return { from, end: scanner.at, list };
  while (takesRow(scanner)) {
    if (scanner.takes(closing)) return { from, end: scanner.at, list };
    if (!scanner.takes(comma)) return undefined;
  }
  return undefined;
}

/** What comes behind this key, where it is a number. */
export function takesNumber(scanner: NumberScanner, key: Uint8Array, column?: number[]): boolean {
  return scanner.takesKey(key) && keepsNumber(scanner, column);
}

/** A file may also say one that no double can be. */
export function keepsNumber(scanner: NumberScanner, column?: number[]): boolean {
  const value = scanner.number();
  column?.push(value);
  return Number.isFinite(value);
}

/** One that the schema takes for a count. */
export function takesCount(scanner: NumberScanner, key: Uint8Array, column: number[]): boolean {
  if (!scanner.takesKey(key)) return false;
  const value = scanner.count();
  column.push(value);
  return !Number.isNaN(value);
}
