/**
 * A file's name as text that can be shown and told apart: bytes that aren't UTF-8, control characters, those that turn
 * the direction of text around, and the backslash itself are escaped.
 */
export function visibleName(name: Uint8Array): string {
  return decode(name).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

function decode(name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name).replaceAll('\\', '\\\\');
  } catch {
    return Array.from(name, (byte) =>
      byte === 0x5c ? '\\\\' : byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
    ).join('');
  }
}
