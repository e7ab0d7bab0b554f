import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visibleName } from '../../src/workloads/visible-name.ts';

describe('a name from a host', () => {
  it('is text where it is text', () => {
    assert.equal(visibleName(Buffer.from('größe 日本 <img onerror=x>')), 'größe 日本 <img onerror=x>');
  });

  it('shows what a terminal would act on, and what turns text around', () => {
    assert.equal(visibleName(Buffer.from('a\u001b[31m\nb\u202etxt')), 'a\\u{1b}[31m\\u{a}b\\u{202e}txt');
  });

  it('shows bytes that are no text, without mixing them up with what looks like them', () => {
    assert.equal(visibleName(Buffer.from([0x61, 0xff, 0x62])), 'a\\xffb');
    assert.equal(visibleName(Buffer.from('a\\xffb')), 'a\\\\xffb');
  });
});
