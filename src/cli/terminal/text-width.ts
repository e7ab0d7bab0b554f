/** How many columns a text takes on a terminal: never fewer than it says, so that a line that shall fit does. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** Wide scripts and emoji begin at Hangul; whatever lies above counts as wide. */
const firstWide = 0x11_00;
/** Punctuation, arrows, lines and marks that every font has in one column. */
const narrowAbove = [
  [0x20_10, 0x20_27],
  [0x21_90, 0x21_93],
  [0x25_00, 0x25_cf],
  [0x27_13, 0x27_17],
] as const;

function widthOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x3_00) return 1;
  if (/^\p{Mn}$/u.test(character)) return 0;
  return code < firstWide || narrowAbove.some(([first, last]) => code >= first && code <= last) ? 1 : 2;
}

/** The text where it fits, else its beginning and `more`. */
export function cut(text: string, width: number, more: string): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(more);
  if (room < 0) return more.slice(0, Math.max(0, width));
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > room) break;
    kept += character;
  }
  return kept + more;
}

export function pad(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'right' ? text + space : space + text;
}
