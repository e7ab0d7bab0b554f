import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { decimalOf, Words } from '../../../src/formats/xml/bytes.ts';
import { XmlScanner, type XmlHandler } from '../../../src/formats/xml/scanner.ts';
import { XmlError } from '../../../src/formats/xml/xml-error.ts';

interface Seen {
  readonly events: readonly string[];
  readonly remarks: readonly string[];
}

/** All that a document says, a line an event; pieces of text that follow each other are one. */
function scan(pieces: readonly Buffer[], isRootless = false): Seen {
  const events: string[] = [];
  const remarks: string[] = [];
  let text = '';
  const tell = (event: string): void => {
    if (text !== '') events.push(`text ${JSON.stringify(text)}`);
    text = '';
    events.push(event);
  };
  const handler: XmlHandler = {
    wantsText: true,
    takesManyRoots: isRootless,
    open: (name, attributes) => tell(`open ${name} ${JSON.stringify(attributes.entries())}`),
    close: (name) => tell(`close ${name}`),
    text: (piece) => {
      text += piece;
    },
  };
  const scanner = new XmlScanner(handler, (what) => remarks.push(what));
  for (const piece of pieces) scanner.push(piece);
  scanner.end();
  return { events, remarks };
}

function events(document: string): readonly string[] {
  return scan([Buffer.from(document)]).events;
}

/** How a document ends that isn't whole: where, and why. */
function failure(document: string): string {
  const nobody = (): void => undefined;
  const handler = { wantsText: true, takesManyRoots: false, open: nobody, close: nobody, text: nobody };
  const scanner = new XmlScanner(handler, nobody);
  try {
    scanner.push(Buffer.from(document));
    scanner.end();
  } catch (error) {
    assert.ok(error instanceof XmlError);
    const { line, byte } = scanner.place();
    return `${error.kind} at ${line}:${byte}: ${error.message}`;
  }
  return 'whole';
}

/** In pieces of so many bytes. */
function pieces(bytes: Buffer, length: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

describe('the XML scanner', () => {
  it('tells tags, attributes in either quotes, and text', () => {
    assert.deepEqual(events(`<?xml version='1.0'?><!-- > --><a b="1" c = 'x"y'>t<d/>u<![CDATA[<&]]></a >\n<?pi ?>`), [
      'open a [["b","1"],["c","x\\"y"]]',
      'text "t"',
      'open d []',
      'close d',
      'text "u<&"',
      'close a',
    ]);
  });

  it('resolves the five references and characters by number, and nothing within CDATA', () => {
    assert.deepEqual(events('<a b="&lt;&#10;&#x1F600;">&amp;lt; &quot;&apos;<![CDATA[&lt;]]></a>'), [
      'open a [["b","<\\n😀"]]',
      'text "&lt; \\"\'&lt;"',
      'close a',
    ]);
  });

  it('has one kind of line end in text, and spaces for them in attributes', () => {
    assert.deepEqual(events('<a b="1\r\n2\t3\n4">x\r\ny\rz</a>'), [
      'open a [["b","1 2 3 4"]]',
      'text "x\\ny\\nz"',
      'close a',
    ]);
  });

  const broken: readonly (readonly [document: string, failure: string])[] = [
    ['', 'cut at 1:0: it ends before any element'],
    ['<a>', 'cut at 1:3: it ends within <a>'],
    ['<a><b x="1', 'cut at 1:10: it ends within <a>'],
    ['<a/><', 'cut at 1:5: it ends within a tag'],
    ['<a/><!--', 'cut at 1:8: it ends within a tag'],
    ['<a>\n\n</b>', 'broken at 3:5: </b> where <a> has to end first'],
    ['<a/></a>', 'broken at 1:4: </a> where nothing is open'],
    ['<a/>\n<b/>', 'broken at 2:5: another element after the end of the first'],
    ['<a/>x', 'broken at 1:4: text outside of all elements'],
    ['x<a/>', 'broken at 1:0: text outside of all elements'],
    ['<a/><![CDATA[x]]>', 'broken at 1:4: text outside of all elements'],
    ['<a b="1" b="2"/>', 'broken at 1:9: the same attribute twice in one tag'],
    ['<a b="1"c="2"/>', 'broken at 1:8: "c" where a space has to be'],
    ['<a\n b=1/>', 'broken at 2:6: "1" where the value of an attribute has to begin'],
    ['<a b/>', 'broken at 1:4: "/" where the "=" of an attribute has to be'],
    ['<a / >', 'broken at 1:3: a "/" that ends no tag'],
    ['< a/>', 'broken at 1:1: " " where a name has to be'],
    ['<a><></a>', 'broken at 1:4: ">" where a name has to be'],
    ['<a></a b>', 'broken at 1:7: an end tag that goes on after its name'],
    ['<a><!X></a>', 'broken at 1:3: a "<!" that begins neither a comment nor CDATA'],
    [
      '<a>&nbsp;</a>',
      'broken at 1:3: the reference "&nbsp;": only &lt; &gt; &amp; &quot; &apos; and characters by number mean something',
    ],
    [
      '<a>&#0;</a>',
      'broken at 1:3: the reference "&#0;": only &lt; &gt; &amp; &quot; &apos; and characters by number mean something',
    ],
    ['<a>a & b</a>', 'broken at 1:3: an "&" that begins no reference'],
    ['<a>\n\0</a>', 'broken at 2:4: a NUL byte: what should be here was never written'],
    ['<!DOCTYPE a><a/>', 'refused at 1:0: a DTD (<!DOCTYPE ...>): no result needs one'],
    ['<!DOCTYPEa><a/>', 'refused at 1:0: a DTD (<!DOCTYPE ...>): no result needs one'],
  ];
  for (const [document, said] of broken) {
    it(`says where and why: ${JSON.stringify(document)}`, () => assert.equal(failure(document), said));
  }

  it('tells a document without a root, with text between its elements', () => {
    assert.deepEqual(scan([Buffer.from('<a/>"\n<b/>\n')], true).events, [
      'open a []',
      'close a',
      'open b []',
      'close b',
    ]);
  });

  it('remarks on what is not well-formed and can be read', () => {
    const { remarks } = scan([
      Buffer.concat([Buffer.from('<a b="x<y" c="'), Buffer.from([0xff]), Buffer.from('">\u0001</a>')]),
    ]);
    assert.equal(remarks.length, 3);
  });

  it('says the same however a document is cut into pieces', () => {
    const document =
      `<?xml version="1.0" encoding="UTF-8"?>\r\n<a é="ü&#228;"><!-- - -- x --><b>ä€😀&amp;\r\n&lt;<![CDATA[]]]]>]</b>\r</a>`.repeat(
        1,
      );
    const whole = scan([Buffer.from(document)]);
    for (let length = 1; length < 40; length++) assert.deepEqual(scan(pieces(Buffer.from(document), length)), whole);
    // Past the bytes in which a declaration is looked for.
    const long = Buffer.from(document.replace('<b>', `<b>${' '.repeat(600)}`));
    for (let length = 1; length < 40; length++) assert.deepEqual(scan(pieces(long, length)), scan([long]));
  });

  it('tells any document that we can write, in pieces of any length', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,6}$/);
    const attributes = fc.dictionary(name, fc.string({ unit: 'binary', maxLength: 12 }).map(printable), {
      maxKeys: 20,
    });
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map(printable);
    const leaf = fc.record({ name, attributes, text, children: fc.constant<readonly Tree[]>([]) });
    const branch = fc.record({ name, attributes, text, children: fc.array(leaf, { maxLength: 4 }) });
    const tree = fc.record({ name, attributes, text, children: fc.array(branch, { maxLength: 4 }) });
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 700 }), (root, length) => {
        const seen = scan(pieces(Buffer.from(written(root)), length));
        assert.deepEqual(seen.events, told(root));
        assert.deepEqual(seen.remarks, []);
      }),
      { numRuns: 200 },
    );
  });
});

interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tree[];
}

/** What XML can hold as it is. */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\ufffc\u{10000}-\u{10ffff}]/gu, '.');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function written({ name, attributes, text, children }: Tree): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${said.join('')}>${escaped(text)}${children.map(written).join('')}</${name}>`;
}

function told({ name, attributes, text, children }: Tree): readonly string[] {
  return [
    `open ${name} ${JSON.stringify(Object.entries(attributes))}`,
    ...(text === '' ? [] : [`text ${JSON.stringify(text)}`]),
    ...children.flatMap(told),
    `close ${name}`,
  ];
}

describe('numbers in bytes', () => {
  const read = (text: string): number | undefined => decimalOf(Buffer.from(text), 0, text.length);

  it('are the doubles that JavaScript reads from the same text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.integer({ min: 0, max: 20 }), (digits, places) => {
        const all = String(digits).padStart(places + 1, '0');
        const text = places === 0 ? all : `${all.slice(0, -places)}.${all.slice(-places)}`;
        assert.equal(read(text), Number(text), text);
      }),
    );
  });

  for (const text of ['', '.', '1e5', '-1', '1.2.3', ' 1', '1234567890123456', '0x1', 'NaN']) {
    it(`leave ${JSON.stringify(text)} to the slow way`, () => assert.equal(read(text), undefined));
  }
});

describe('words in bytes', () => {
  it('are the same text however many others came between', () => {
    const words = new Words();
    const texts = Array.from({ length: 5000 }, (_, at) => `word${at * 7}`);
    for (const text of [...texts, ...texts]) assert.equal(words.of(Buffer.from(`<${text}>`), 1, text.length + 1), text);
  });
});
