import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { capHead, capMiddle, cleanLine, cleanLines } from '../../src/report/text.ts';

const escape = String.fromCodePoint(0x1b);

describe('hostile text', () => {
  it('loses its terminal sequences', () => {
    assert.equal(
      cleanLine(`${escape}[1;31mred${escape}[0m ${escape}]8;;http://x${escape}\\link${escape}]8;;${escape}\\`),
      'red link',
    );
    assert.equal(cleanLine(`${escape}]0;title\u0007text${escape}c`), 'text');
  });

  it('shows control characters instead of obeying them', () => {
    assert.equal(cleanLine('a\u0000b\u0007c\u007f'), 'a␀b␇c␡');
    assert.equal(cleanLine('two\nlines'), 'two␊lines');
  });

  it('names characters that reorder or hide others', () => {
    assert.equal(cleanLine('\u202egpj.exe'), '⟨U+202E⟩gpj.exe');
    assert.equal(cleanLine('a\u200bb\u2066c\ufeffd\u2028'), 'a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩d⟨U+2028⟩');
    assert.equal(cleanLine('\ud800'), '⟨U+D800⟩');
  });

  it('leaves ordinary text of all languages as it is', () => {
    const text = 'Grüße, 日本語, עברית, 🚀 "quoted" <b>';
    assert.equal(cleanLine(text), text);
  });

  it('keeps the lines of an output, whatever ends them', () => {
    assert.equal(cleanLines('a\r\nb\rc\n\td'), 'a\nb\nc\n    d');
  });

  it('is cleaned whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(cleanLine(text), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.doesNotMatch(cleanLines(text).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('is cut with a note of how much, and never within a character', () => {
    assert.equal(capHead('abcdef', 4), 'abcd … (2 more characters left out)');
    assert.equal(capHead('abcd', 4), 'abcd');
    assert.equal(capHead('abc🚀', 4), 'abc … (2 more characters left out)');
  });

  it('keeps the beginning and the end of an output', () => {
    assert.equal(capMiddle('abcdefghij', 4), 'ab\n… (6 characters left out) …\nij');
    assert.doesNotMatch(capMiddle(`a🚀${'b'.repeat(20)}🚀c`, 4), /\p{Cs}/u);
  });
});
