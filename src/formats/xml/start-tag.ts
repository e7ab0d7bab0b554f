/**
 * One start tag, byte by byte, into the places of its attributes: the loop that most of a result file passes through, so it
 * makes no strings and no objects.
 */
import { maxAttributes, type Attributes } from './attributes.ts';
import * as b from './bytes.ts';
import { XmlError } from './xml-error.ts';

/** More than any tool's result has: stack traces of some KiB. */
const maxValueBytes = 1 << 20;
const maxNameBytes = 1024;

/** From the `<` on. What follows the `>`, or -1 where the bytes end before it. */
export function readStartTag(bytes: Buffer, from: number, tag: Attributes): number {
  tag.begin(bytes, endOfName(bytes, from + 1));
  let at = tag.tagNameTo;
  for (;;) {
    const before = at;
    at = endOfSpace(bytes, at);
    const byte = bytes[at];
    if (byte === undefined) return -1;
    if (at > before && (at > before + 1 || bytes[before] !== b.space)) tag.hasLines = true;
    if (byte === b.greaterThan) return at + 1;
    if (byte === b.slash) {
      tag.isEmpty = true;
      if (bytes[at + 1] === b.greaterThan) return at + 2;
      if (at + 1 === bytes.length) return -1;
      throw new XmlError('broken', 'a "/" that ends no tag', at);
    }
    if (at === before) throw new XmlError('broken', `${shown(byte)} where a space has to be`, at);
    at = readAttribute(bytes, at, tag);
    if (at < 0) return -1;
  }
}

function readAttribute(bytes: Buffer, from: number, tag: Attributes): number {
  const nameTo = endOfName(bytes, from);
  let at = endOfSpace(bytes, nameTo);
  if (at === bytes.length) return -1;
  if (bytes[at] !== b.equals)
    throw new XmlError('broken', `${shown(bytes[at])} where the "=" of an attribute has to be`, at);
  at = endOfSpace(bytes, at + 1);
  if (at === bytes.length) return -1;
  const quote = bytes[at];
  if (quote !== b.doubleQuote && quote !== b.singleQuote) {
    throw new XmlError('broken', `${shown(quote)} where the value of an attribute has to begin`, at);
  }
  const valueFrom = at + 1;
  const { classes } = b;
  const end = bytes.length;
  let holds = 0;
  for (at = valueFrom; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) break;
    holds |= classes[byte] ?? 0;
  }
  if (at - valueFrom > maxValueBytes) {
    throw new XmlError('refused', `an attribute of more than ${maxValueBytes} bytes`, from);
  }
  if (at === end) return -1;
  if (tag.count === maxAttributes)
    throw new XmlError('refused', `a tag with more than ${maxAttributes} attributes`, from);
  if (!tag.add(from, nameTo, valueFrom, at, holds))
    throw new XmlError('broken', 'the same attribute twice in one tag', from);
  return at + 1;
}

export function endOfName(bytes: Buffer, from: number): number {
  const { isNameByte } = b;
  const end = bytes.length;
  let at = from;
  while (at < end && isNameByte[bytes[at] ?? 0] === 1) at++;
  if (at === from && at < bytes.length) throw new XmlError('broken', `${shown(bytes[at])} where a name has to be`, at);
  if (at - from > maxNameBytes) throw new XmlError('refused', `a name of more than ${maxNameBytes} bytes`, from);
  return at;
}

export function endOfSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && b.isSpace[bytes[at] ?? 0] === 1) at++;
  return at;
}

export function shown(byte: number | undefined): string {
  return JSON.stringify(String.fromCharCode(byte ?? 0));
}
