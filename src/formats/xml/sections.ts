/** What stands between marks of its own, and isn't a tag: CDATA, comments, instructions. A DTD is refused. */
import { XmlError } from './xml-error.ts';

export interface Section {
  readonly name: string;
  readonly mark: Buffer;
  readonly until: Buffer;
  readonly isText: boolean;
}

/** Which one begins there; undefined where the bytes end before that can be told. */
export function sectionAt(bytes: Buffer, from: number): Section | undefined {
  const head = bytes.subarray(from, from + longestMark);
  const section = sections.find(({ mark }) => head.subarray(0, mark.length).equals(mark));
  if (section?.name === doctype) throw new XmlError('refused', 'a DTD (<!DOCTYPE ...>): no result needs one');
  if (section !== undefined) return section;
  if (sections.some(({ mark }) => mark.subarray(0, head.length).equals(head))) return undefined;
  throw new XmlError('broken', 'a "<!" that begins neither a comment nor CDATA');
}

const doctype = 'a DTD';

const sections: readonly Section[] = [
  { name: 'an instruction', mark: Buffer.from('<?'), until: Buffer.from('?>'), isText: false },
  { name: 'a comment', mark: Buffer.from('<!--'), until: Buffer.from('-->'), isText: false },
  { name: 'CDATA', mark: Buffer.from('<![CDATA['), until: Buffer.from(']]>'), isText: true },
  { name: doctype, mark: Buffer.from('<!DOCTYPE'), until: Buffer.from('>'), isText: false },
];

const longestMark = Math.max(...sections.map(({ mark }) => mark.length));
