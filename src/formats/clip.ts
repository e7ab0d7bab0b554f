/**
 * The beginning of a text of a file, as a string of its own: a part of a string keeps the whole of it in memory, and a file
 * can hold millions of long ones.
 */
const maxTextLength = 2048;

export function clip(text: string, length = maxTextLength): string {
  return text.length <= length ? text : `${Buffer.from(text.slice(0, length - 3)).toString()}...`;
}

/** For text that comes in pieces: the same as if it had come at once. */
export function clipOn(text: string, more: string): string {
  return clip(text + more.slice(0, maxTextLength + 1));
}
