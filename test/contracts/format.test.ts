/** What every format owes: it knows its own files only, and a file that isn't whole never looks whole. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunbricError } from '../../src/model/errors.ts';
import { headOf } from '../../src/formats/head.ts';
import { formats } from '../../src/formats/registry.ts';
import { readBytes, refusalOf, resultFiles } from '../support/result-files.ts';

const xmlFiles = Object.entries(resultFiles).filter(([, text]) => text.startsWith('<'));

describe('every format', () => {
  for (const [what, text] of Object.entries(resultFiles)) {
    const isMarked = !what.includes('without a root');

    it(`${what}: one format recognises it by its content, and no other claims it`, () => {
      const claiming = formats.filter((format) => format.recognises(headOf(Buffer.from(text))));
      assert.equal(claiming.length, 1, claiming.map(({ name }) => name).join(', '));
    });

    it(`${what}: says the same whether it comes at once or byte by byte`, () => {
      const bytes = Buffer.from(text);
      const reading = formats.find((format) => format.recognises(headOf(bytes)))?.open('web-3.result');
      assert.ok(reading !== undefined);
      for (let at = 0; at < bytes.length; at++) reading.push(bytes.subarray(at, at + 1));
      const { end, warnings, results } = reading.end();
      const whole = readBytes(bytes);
      assert.deepEqual(
        { end, warnings, results },
        { end: whole.end, warnings: whole.warnings, results: whole.results },
      );
      assert.equal(end.kind, isMarked ? 'whole' : 'unmarked');
      assert.ok(results.length > 0);
    });

    it(`${what}: cut at any byte it is refused with a reason, or known to be cut`, () => {
      const bytes = Buffer.from(text.trimEnd());
      const seen = new Set<string>();
      for (let length = 0; length < bytes.length; length++) {
        seen.add(endOf(bytes.subarray(0, length), `${what}, cut at byte ${length} of ${bytes.length}`));
      }
      assert.ok(seen.has('refused'));
      if (text.startsWith('<')) assert.ok(seen.has('cut'), 'what could be read is shown');
    });

    it(`${what}: with any byte turned into a NUL it is refused, or known to be broken`, () => {
      for (let at = 0; at < text.trimEnd().length; at += 7) {
        const bytes = Buffer.from(text);
        bytes[at] = 0;
        const end = endOf(bytes, `${what}, NUL at byte ${at}`);
        assert.ok(['refused', 'broken'].includes(end), `NUL at byte ${at}: ${end}`);
      }
    });

    it(`${what}: followed by NUL bytes, as a crash leaves them, it is broken where they begin`, () => {
      const bytes = Buffer.concat([Buffer.from(text), Buffer.alloc(100)]);
      const { end } = readBytes(bytes);
      assert.ok(end.kind === 'broken', end.kind);
      assert.equal(end.byte, Buffer.byteLength(text));
    });

    it(`${what}: any one byte changed is no crash`, () => {
      for (let at = 0; at < text.length; at += 13) {
        const bytes = Buffer.from(text);
        for (const value of [0x3c, 0x22, 0xff, 0x1b]) {
          bytes[at] = value;
          refusalOf(bytes);
        }
      }
    });
  }
});

const laughs = Array.from({ length: 20 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join('');
const hostile: readonly (readonly [about: string, spoil: (text: string) => Buffer, reason: RegExp])[] = [
  ['an entity bomb', (text) => before(text, `<!DOCTYPE ROOT [<!ENTITY a0 "ha">${laughs}]>`), /a DTD/],
  ['a file of ours as an entity', (text) => before(text, '<!DOCTYPE ROOT SYSTEM "file:///etc/passwd">'), /a DTD/],
  ['a DTD without anything in it', (text) => before(text, '<!DOCTYPE ROOT>'), /a DTD/],
  [
    'an attribute of 2 MiB',
    (text) => inRoot(text, `<x a="${'a'.repeat(2 << 20)}"/>`),
    /attribute of more than 1048576 bytes/,
  ],
  ['a tag that never ends', (text) => inRoot(text, `<x ${'aaa="a" '.repeat(1 << 20)}`), /refused|same attribute twice/],
  [
    'a tag with 1,000 attributes',
    (text) => inRoot(text, `<x ${numbered(1000, (at) => `a${at}=""`)}/>`),
    /more than 256 attr/,
  ],
  [
    '10,000 elements in each other',
    (text) => inRoot(text, '<x>'.repeat(10_000)),
    /more than 64 elements in each other/,
  ],
  ['a name of 1 MiB', (text) => inRoot(text, `<${'x'.repeat(1 << 20)}/>`), /a name of more than 1024 bytes/],
  ['an encoding that nobody reads', (text) => declared(text, 'UTF-7'), /its encoding "UTF-7"/],
  ['UTF-16 that is none', (text) => declared(text, 'UTF-16'), /says that it is UTF-16/],
];

describe('every format in XML', () => {
  for (const [what, text] of xmlFiles) {
    for (const [about, spoil, reason] of hostile) {
      it(`${what} with ${about} is refused, with the line`, () => {
        const bytes = spoil(text);
        const said = refusalOf(bytes) ?? brokenBy(bytes);
        assert.match(said, reason);
        assert.ok(said.length < 500, 'the file does not fill the message');
      });
    }

    it(`${what} in UTF-16 says the same as in UTF-8`, () => {
      const wide = declaredText(text, 'UTF-16');
      const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(wide, 'utf16le')]);
      for (const bytes of [little, Buffer.from(little).swap16()]) {
        assert.deepEqual(readBytes(bytes).results, readBytes(text).results);
        const cut = readBytes(bytes.subarray(0, -30));
        assert.ok(cut.end.kind !== 'whole');
        if (cut.end.kind === 'cut') assert.equal(cut.end.byte, bytes.length - 30);
      }
    });

    it(`${what} in ISO-8859-1 is read by its declaration, and in UTF-8 with a byte order mark`, () => {
      const odd = text.replaceAll('Look', 'Größe').replaceAll('passes', 'Größe').replaceAll('Home', 'Größe');
      const latin = Buffer.from(declaredText(odd, 'ISO-8859-1'), 'latin1');
      const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(odd)]);
      assert.match(JSON.stringify(readBytes(latin).results), /Größe/);
      assert.deepEqual(readBytes(latin).results, readBytes(marked).results);
      assert.deepEqual(readBytes(latin).warnings, readBytes(text).warnings);
    });

    it(`${what} with bytes that are no text, and control characters, keeps them as text and says so`, () => {
      const [before, after = ''] = text.split(/(?<=Look|passes|Home)/, 2);
      const bytes = Buffer.concat([
        Buffer.from(before ?? ''),
        Buffer.from([0xff, 0x1b, 0x5b]),
        Buffer.from(text.slice(`${before}`.length)),
      ]);
      assert.ok(after !== '');
      const { results, warnings, end } = readBytes(bytes);
      assert.match(JSON.stringify(results), /\ufffd\\u001b\[/);
      assert.match(warnings.join('\n'), /no UTF-8/);
      assert.match(warnings.join('\n'), /control characters/);
      assert.notEqual(end.kind, 'broken');
    });
  }
});

/** Never whole: how it ended. */
function endOf(bytes: Buffer, about: string): string {
  try {
    const { end } = readBytes(bytes);
    assert.notEqual(end.kind, 'whole', about);
    if (end.kind === 'cut' || end.kind === 'broken') {
      assert.ok(end.byte <= bytes.length && end.byte >= 0, about);
      assert.ok(end.line >= 1 && end.reason !== '', about);
    }
    return end.kind;
  } catch (error) {
    assert.ok(error instanceof FunbricError && error.code === 'input', about);
    assert.match(error.message, /^web-3\.result: ./, about);
    assert.ok(error.hint !== undefined, about);
    return 'refused';
  }
}

function brokenBy(bytes: Buffer): string {
  const { end } = readBytes(bytes);
  return end.kind === 'broken' ? end.reason : end.kind;
}

function rootName(text: string): string {
  return /<(\w+)/.exec(text.replace(/<\?.*?\?>/, ''))?.[1] ?? '';
}

function before(text: string, doctype: string): Buffer {
  return Buffer.from(
    text.replace(`<${rootName(text)}`, `${doctype.replace('ROOT', rootName(text))}\n<${rootName(text)}`),
  );
}

/** After the first tag, or after the first element where that is all. */
function inRoot(text: string, xml: string): Buffer {
  const end = text.indexOf('>', text.indexOf(`<${rootName(text)}`)) + 1;
  return Buffer.from(`${text.slice(0, end)}${xml}${text.slice(end)}`);
}

function declaredText(text: string, encoding: string): string {
  return `<?xml version="1.0" encoding="${encoding}"?>\n${text.replace(/^<\?.*?\?>\n/, '')}`;
}

function declared(text: string, encoding: string): Buffer {
  return Buffer.from(declaredText(text, encoding));
}

function numbered(count: number, say: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => say(at)).join(' ');
}
