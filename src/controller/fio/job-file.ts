/**
 * A job file of fio, read as fio reads it, and written again from what was read: so what was looked at here is what hosts
 * get, however long a line or odd a remark was.
 */
import { FunbricError } from '../../model/errors.ts';

/** `where` is for people: a line of the file, or an option of the command line. */
export interface FioOption {
  readonly name: string;
  /** Missing where the name stands alone, which switches something on. */
  readonly value?: string;
  readonly where: string;
}

/** `[global]` holds for all that come after it; each other one is a job. */
export interface FioSection {
  readonly name: string;
  readonly where: string;
  readonly options: readonly FioOption[];
}

/** fio cuts lines that are longer, and takes the rest for another line. */
const maxLineLength = 4000;
/** And sections at 255. */
const maxNameLength = 250;

/** Throws `input` with file and line for what fio would read in another way than it looks. */
export function readFioJob(file: string, text: string): readonly FioSection[] {
  const sections: { name: string; where: string; options: FioOption[] }[] = [];
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const where = `line ${at + 1}`;
    const line = raw.replace(/[;#].*$/s, '').trim();
    if (line === '') continue;
    const refuse = (what: string, hint: string): FunbricError =>
      new FunbricError('input', `${file}, ${where}: ${what}`, { hint });
    if (line.length > maxLineLength)
      throw refuse('a line of more than 4000 characters', 'fio would cut it: shorten it');
    if (/\p{Cc}/u.test(line.replaceAll('\t', ' '))) throw refuse('a control character', 'is it a job file of fio?');
    if (/^include\b/.test(line)) throw refuse('it includes another file', 'hosts get this file alone: copy it in');
    if (line.startsWith('[')) {
      const name = line.slice(1, line.lastIndexOf(']'));
      if (!line.endsWith(']') || name === '' || name.length > maxNameLength)
        throw refuse('a section without a name, or without an end', 'write [name]');
      sections.push({ name, where, options: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) throw refuse('an option before the first section', 'put [global] above it');
    const option = optionOf(line, where);
    if (option === undefined)
      throw refuse(`no option of fio: ${JSON.stringify(line.slice(0, 80))}`, 'write name=value');
    section.options.push(option);
  }
  if (sections.some(({ name }) => name !== globalSection)) return sections;
  throw new FunbricError('input', `${file}: no job in it`, { hint: 'a job is a section with a name: [reads]' });
}

export const globalSection = 'global';

/** `name=value` or `name`. */
export function optionOf(text: string, where: string): FioOption | undefined {
  const [, name, value] = /^([a-z]\w*)\s*(?:=\s*(.*))?$/s.exec(text.trim()) ?? [];
  if (name === undefined) return undefined;
  return { name, where, ...(value === undefined ? {} : { value: value.trim() }) };
}

export function fioJobText(sections: readonly FioSection[]): string {
  const textOf = ({ name, options }: FioSection): string =>
    [`[${name}]`, ...options.map((option) => lineOf(option))].join('\n');
  return `${sections.map(textOf).join('\n\n')}\n`;
}

function lineOf({ name, value }: FioOption): string {
  return value === undefined ? name : `${name}=${value}`;
}
