import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { checksummedJson, isChanged } from '../../src/formats/checksum.ts';

const value = { version: 1, name: 'd\u00e9', nested: { sha256: 'of another', list: [1, 2] } };

describe('a file that carries its checksum', () => {
  const text = checksummedJson(value);

  it('says what it says, and the SHA-256 of the bytes before that', () => {
    const sha256 = createHash('sha256')
      .update(text.slice(0, text.lastIndexOf(',')))
      .digest('hex');
    assert.deepEqual(JSON.parse(text), { ...value, sha256 });
    assert.ok(!isChanged(sha256, text));
    assert.ok(!isChanged(sha256, Buffer.from(text)));
  });

  it('is the same with other blanks behind it', () => {
    for (const blanks of ['', ' ', '\r\n', '\n\n\t'])
      assert.ok(!isChanged('one', text.trimEnd() + blanks), JSON.stringify(blanks));
  });

  it('is another with any bit flipped, and with anything cut from it or added', () => {
    const bytes = Buffer.from(text.trimEnd());
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.ok(isChanged('one', damaged), `bit ${bit}`);
    }
    for (let length = 0; length < bytes.length; length++)
      assert.ok(isChanged('one', bytes.subarray(0, length)), `${length}`);
    for (const other of [
      ` ${text}`,
      `\ufeff${text}`,
      `${text}x`,
      text + text,
      JSON.stringify(JSON.parse(text), null, 2),
    ]) {
      assert.ok(isChanged('one', other), other);
    }
  });

  it('is another also where the name of its last field is damaged', () => {
    const at = text.indexOf('sha256', text.length - 90);
    for (let bit = 8 * at; bit < 8 * (at + 'sha256'.length); bit++) {
      const damaged = Buffer.from(text);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.ok(isChanged(undefined, damaged), `bit ${bit}`);
      assert.ok(isChanged(undefined, damaged.toString()), `bit ${bit}`);
    }
  });

  it('counts as it is where it has none, whatever else in it has one', () => {
    const sha256 = 'a'.repeat(64);
    for (const before of [value, { ...value, journal: { sha256 } }, { ...value, collected: [{ name: 'x', sha256 }] }]) {
      const written = `${JSON.stringify(before)}\n`;
      assert.ok(!isChanged(undefined, written), written);
      assert.ok(!isChanged(undefined, Buffer.from(written)), written);
    }
  });
});
