/**
 * Texts of hosts are hostile. HTML is escaped by the template engine; what is left are characters that an escape doesn't
 * stop: terminal sequences, control characters, and those that reorder or hide what stands beside them. File names are
 * evidence, so such characters are shown by their number instead of dropped.
 */
import { reveal } from '../model/reveal.ts';

const escape = String.fromCodePoint(0x1b);
const bell = String.fromCodePoint(0x07);

/** CSI, OSC (ended by BEL or ST) and the short escapes of ECMA-48. */
const terminalSequences = new RegExp(
  [
    `${escape}\\[[0-?]*[ -/]*[@-~]`,
    `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`,
    `${escape}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);

/** One line: whatever could break out of it, or hide in it, becomes visible. */
export function cleanLine(text: string): string {
  return reveal(text.replace(terminalSequences, ''));
}

/** Several lines, as a terminal would have left them. */
export function cleanLines(text: string): string {
  return text
    .replace(terminalSequences, '')
    .split(/\r\n|\r|\n/)
    .map((line) => reveal(line.replaceAll('\t', '    ')))
    .join('\n');
}

/** The first `limit` characters, with a note of what was cut. */
export function capHead(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = whole(text.slice(0, limit));
  return `${kept} … (${text.length - kept.length} more characters left out)`;
}

/** The beginning and the end: what a command failed with stands last. */
export function capMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = whole(text.slice(0, Math.floor(limit / 2)));
  const tail = whole(text.slice(-Math.floor(limit / 2)));
  return `${head}\n… (${text.length - head.length - tail.length} characters left out) …\n${tail}`;
}

/** Without the half of a character that a cut left at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}
