/**
 * What fio says in words: lines before and after its JSON, and on its standard error. Of all of them only those matter that
 * tell where data was wrong, as the JSON has no more than an error number.
 */
import type { Fault } from '../../model/measured.ts';
import { clip } from '../clip.ts';

/** Enough to see a pattern in. */
const maxFaults = 1000;

/**
 * `crc32c: verify failed at file /data/x offset 69632, length 4096 (requested block: ...)`, and where not even the header of
 * a block is fio's: `verify: bad magic header 0, wanted acca at file ...`. Older ones leave out the file.
 */
export function verifyFailures(text: string): readonly Fault[] {
  const faults: Fault[] = [];
  const pattern =
    /^.{0,512}?verify(?: failed|: bad .{1,200}?) at (?:file (.{1,4096}?) )?offset (\d{1,16}), length (\d{1,12})/;
  const mark = /verify(?: failed at|: bad )/g;
  let at = 0;
  while (faults.length < maxFaults) {
    mark.lastIndex = at;
    const found = mark.exec(text)?.index;
    if (found === undefined) break;
    const from = text.lastIndexOf('\n', found) + 1;
    const end = text.indexOf('\n', found);
    const to = end < 0 ? text.length : end;
    at = to;
    const line = text.slice(Math.max(from, found - 512), Math.min(to, found + 8192));
    const [, file, offset, length] = pattern.exec(line) ?? [];
    if (offset === undefined) continue;
    const where = file === undefined ? {} : { file: clip(file, 4096) };
    const message = clip(line.trim());
    faults.push({
      kind: 'verify',
      job: '',
      code: 84,
      ...where,
      offset: Number(offset),
      bytes: Number(length),
      message,
    });
  }
  return faults;
}

/** It was told to end before its time, and then writes what it has: that is a part of what it was asked for. */
export function endedBy({ before, after }: { readonly before: string; readonly after: string }): string | undefined {
  return /^(?:<[^>\n]{1,256}> )?fio: (terminating on signal \d{1,3})/m.exec(`${before}\n${after}`)?.[1];
}

/** Its JSON, and the words around it; undefined where there is none. */
export function splitText(
  text: string,
): { readonly before: string; readonly json: string; readonly after: string } | undefined {
  const found = /\{\s*"fio version"\s*:/.exec(text);
  if (found === null) return undefined;
  // The last brace that begins a line closes it, whatever is said after it.
  const last = text.lastIndexOf('\n}');
  const to = last > found.index ? last + 2 : text.length;
  return { before: text.slice(0, found.index), json: text.slice(found.index, to), after: text.slice(to) };
}

/**
 * Options that come more than once with different values: fio's client repeats the global options for each host in one object,
 * where all but the last are lost to who reads JSON.
 */
export function disagreeingOptions(json: string): readonly string[] {
  const start = /"global options"\s*:\s*\{/.exec(json);
  if (start === null) return [];
  const entry = /\s*"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"\s*,?/y;
  entry.lastIndex = start.index + start[0].length;
  const values = new Map<string, Set<string>>();
  for (let found = entry.exec(json); found !== null; found = entry.exec(json)) {
    const [, name = '', value = ''] = found;
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(value));
  }
  return [...values].flatMap(([name, known]) => (known.size > 1 ? [`${name}: ${[...known].join(' and ')}`] : []));
}
