/**
 * Bytes of a document as text: UTF-8, line ends as line feeds, and the only references there are without a DTD, which is
 * refused: five by name, and characters by number. Nothing here can grow: a reference is longer than what it stands for.
 */
import { ampersand, carriageReturn, holds } from './bytes.ts';
import { XmlError } from './xml-error.ts';

/** `holds`: see bytes.ts. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly holds: number;
}

/** What isn't as it should be, and can be read all the same. */
export type Remark = (what: string) => void;

/** Of an attribute: line ends and tabs as such count as spaces there. */
export function attributeText(stretch: Stretch, remark: Remark): string {
  const raw = decode(stretch, remark);
  const flat = (stretch.holds & holds.control) === 0 ? raw : raw.replaceAll(/\r\n|[\t\n\r]/g, ' ');
  return (stretch.holds & holds.reference) === 0 ? flat : resolve(flat);
}

/** Between tags. */
export function contentText(stretch: Stretch, remark: Remark): string {
  const text = plainText(stretch, remark);
  return (stretch.holds & holds.reference) === 0 ? text : resolve(text);
}

/** Where references mean nothing: in CDATA. */
export function plainText(stretch: Stretch, remark: Remark): string {
  const text = decode(stretch, remark);
  return (stretch.holds & holds.control) === 0 ? text : text.replaceAll(/\r\n?/g, '\n');
}

function decode({ bytes, from, to, holds: has }: Stretch, remark: Remark): string {
  if (has === 0) return bytes.toString('latin1', from, to);
  if ((has & holds.lessThan) !== 0) remark('a "<" in an attribute, which has to be written "&lt;"');
  const text = (has & holds.beyondAscii) === 0 ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to);
  if ((has & holds.beyondAscii) !== 0 && text.includes('\ufffd')) remark('bytes that are no UTF-8, shown as U+FFFD');
  if ((has & holds.control) !== 0 && controls.test(text)) remark("control characters, which XML can't hold");
  return text;
}

const controls = /[^\t\n\r\u0020-\uffff]/;

function resolve(text: string): string {
  return text.replaceAll(/&([^;&\s]{0,32});?/g, (reference, name: string) => {
    if (!reference.endsWith(';')) throw new XmlError('broken', 'an "&" that begins no reference');
    return named.get(name) ?? numbered(name);
  });
}

const named: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function numbered(name: string): string {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? [];
  const point = hex === undefined ? Number(decimal ?? NaN) : Number.parseInt(hex, 16);
  if (point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)) return String.fromCodePoint(point);
  throw new XmlError(
    'broken',
    `the reference ${JSON.stringify(`&${name};`)}: only &lt; &gt; &amp; &quot; &apos; and characters by number mean something`,
  );
}

/**
 * Where text ends that goes on in the next piece, so that no character, reference or line end is torn. What would be torn
 * is short; anything longer is no reference.
 */
export function endOfWholeText(bytes: Buffer, from: number): number {
  let to = bytes.length;
  const reference = bytes.lastIndexOf(ampersand);
  if (reference >= from && to - reference <= longestReference && !bytes.subarray(reference).includes(semicolon))
    to = reference;
  if (to > from && bytes[to - 1] === carriageReturn) to--;
  // A character of UTF-8 is a byte from 0xc0 on and at most three that follow it.
  for (let at = to - 1; at >= from && at >= to - 3; at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (at + length > to) to = at;
    break;
  }
  return to;
}

const longestReference = 34;
const semicolon = 59;
