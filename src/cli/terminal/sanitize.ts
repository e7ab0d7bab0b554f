/**
 * What a host says is shown, never obeyed: no escape sequence, control character or change of writing direction of it may
 * reach the terminal. One pass over the text, so that no clever line can cost more than its length.
 */

/** Longer lines are cut where they are shown; files keep all. */
const maxShown = 8192;

const escape = 0x1b;

export function sanitize(text: string): string {
  let shown = '';
  let at = 0;
  const end = Math.min(text.length, maxShown);
  while (at < end) {
    const code = text.charCodeAt(at);
    const after = code === escape || isC1Introducer(code) ? skipSequence(text, at) : at + 1;
    if (after === at + 1 && !isHidden(code)) shown += text[at];
    at = after;
  }
  return text.length > maxShown ? `${shown}... (${text.length - maxShown} more characters)` : shown;
}

/** CSI, and the strings DCS, SOS, OSC, PM, APC, as one character each. */
function isC1Introducer(code: number): boolean {
  return code === 0x9b || isStringIntroducer(code - 0x40);
}

function skipSequence(text: string, at: number): number {
  const isEscape = text.charCodeAt(at) === escape;
  const kind = isEscape ? text.charCodeAt(at + 1) : text.charCodeAt(at) - 0x40;
  const start = at + (isEscape ? 2 : 1);
  if (Number.isNaN(kind)) return text.length;
  if (kind === 0x5b) return skipFinal(text, skipWhile(text, start, 0x20, 0x3f), 0x40, 0x7e);
  if (isStringIntroducer(kind)) return skipString(text, start);
  // ESC ( B and such: intermediates, then one final character. ESC with anything else hides only itself.
  const afterIntermediates = skipWhile(text, at + 1, 0x20, 0x2f);
  return skipFinal(text, afterIntermediates, 0x30, 0x7e);
}

/** The letters P X ] ^ _ after ESC. */
function isStringIntroducer(letter: number): boolean {
  return letter === 0x50 || letter === 0x58 || letter === 0x5d || letter === 0x5e || letter === 0x5f;
}

function skipWhile(text: string, at: number, low: number, high: number): number {
  let next = at;
  while (text.charCodeAt(next) >= low && text.charCodeAt(next) <= high) next++;
  return next;
}

function skipFinal(text: string, at: number, low: number, high: number): number {
  const code = text.charCodeAt(at);
  return code >= low && code <= high ? at + 1 : at;
}

/** Up to BEL or ST; a string that never ends hides the rest of its own line only. */
function skipString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x07 || code === 0x9c) return at + 1;
    if (code === escape) return text.charCodeAt(at + 1) === 0x5c ? at + 2 : at;
  }
  return text.length;
}

/** Controls but the tab; marks and overrides of writing direction; line and paragraph separators. */
function isHidden(code: number): boolean {
  if (code < 0x20) return code !== 0x09;
  if (code >= 0x7f && code <= 0x9f) return true;
  if (code === 0x061c || code === 0x200e || code === 0x200f || code === 0xfeff) return true;
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/** Every line for itself: for texts of ours that may hold a host's. */
export function sanitizeLines(text: string): string {
  return text.split('\n').map(sanitize).join('\n');
}
