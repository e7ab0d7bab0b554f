/**
 * Characters of hostile texts that no escape stops, as every format must show them: each is replaced by its number, so that it
 * can neither break a line, nor drive a terminal, nor reorder or hide what stands beside it, and is still there as evidence.
 */
export function reveal(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    // Unicode has pictures of the C0 controls: NUL is U+2400.
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/**
 * Control and format characters, lone surrogates, line separators, and what has no glyph. The general categories cover
 * bidirectional overrides and isolates, zero-width characters and tags, and those that later Unicode versions add.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;
