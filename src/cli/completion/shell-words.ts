/** The words of a line that is still being typed, as a POSIX shell would read them; the last is where the cursor is. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (quote !== undefined) {
      const isEscape = quote === '"' && character === '\\' && '"\\$`'.includes(line[at + 1] ?? ' ');
      if (character === quote) quote = undefined;
      else word = (word ?? '') + (isEscape ? (line[++at] ?? '') : character);
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (character === '\\') word = (word ?? '') + (line[++at] ?? '');
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  return [...words, word ?? ''];
}
