import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadTemplates } from '../../src/report/render.ts';
import { templatesFolder } from '../support/golden.ts';

const { css } = await loadTemplates(templatesFolder);
const light = tokensOf(/^:root \{([\s\S]*?)^\}/m);
const dark = new Map([...light, ...tokensOf(/prefers-color-scheme: dark\) \{\s*:root \{([\s\S]*?)\}/)]);

/** WCAG 2.2, level AA, text of normal size. */
const least = 4.5;
/** The same, lines and bars of charts. */
const leastOfLines = 3;

describe('the style of the report', () => {
  for (const [scheme, tokens] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    for (const tone of ['ink', 'muted', 'accent', 'good', 'warn', 'bad']) {
      for (const ground of ['paper', 'surface', 'sunken']) assertReadable(scheme, tokens, tone, ground);
    }
    for (const tone of ['good', 'warn', 'bad']) {
      assertReadable(scheme, tokens, tone, `${tone}-soft`);
      assertReadable(scheme, tokens, 'ink', `${tone}-soft`);
      assertReadable(scheme, tokens, 'on-mark', tone);
    }
  }

  for (const [scheme, tokens] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    for (const line of ['main', 'calm', 'slow', 'trouble', 'idle'])
      assertReadable(scheme, tokens, line, 'surface', leastOfLines);
  }

  it('knows dark screens, paper, and people who want no motion', () => {
    for (const query of ['prefers-color-scheme: dark', 'print', 'prefers-reduced-motion: reduce']) {
      assert.ok(
        [`(${query})`, query, `screen and (${query})`].some((media) => css.includes(`@media ${media} {`)),
        query,
      );
    }
  });

  it('asks nothing of the network', () => assert.doesNotMatch(css, /url\(|@import|@font-face/));
});

function assertReadable(
  scheme: string,
  tokens: ReadonlyMap<string, string>,
  text: string,
  ground: string,
  needed = least,
): void {
  it(`is readable in ${scheme}: ${text} on ${ground}`, () => {
    const ratio = contrast(tokens.get(text), tokens.get(ground));
    assert.ok(ratio >= needed, `${ratio.toFixed(2)}, needed ${needed}`);
  });
}

function tokensOf(block: RegExp): Map<string, string> {
  const text = block.exec(css)?.[1] ?? '';
  return new Map([...text.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string | undefined): number {
  assert.ok(colour !== undefined, 'an unknown colour');
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
