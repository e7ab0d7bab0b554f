/** Files that people take for results, and that are none: what they are, and what is to be merged in place of them. */

export interface Stranger {
  readonly what: string;
  readonly hint: string;
}

/** `text`: how the file begins. */
export function strangerOf(text: string): Stranger | undefined {
  return strangers.find(({ is }) => is.test(text));
}

const hint = 'merge the folder of its run, or the files that hosts brought, which are in collected/ there';

const strangers: readonly (Stranger & { readonly is: RegExp })[] = [
  {
    is: /^\s*<!doctype html>[^]{0,2000}<meta name="generator" content="funbric /i,
    what: 'the report of a run, in which figures are drawn and no longer to be merged',
    hint,
  },
  {
    is: /^\s*<!doctype html|^\s*<html/i,
    what: 'a web page',
    hint: 'name the file that the tool wrote its results into',
  },
  { is: /^\s*\{\s*"version":\s*1,\s*"verdict":/, what: 'the run.json of a run that was judged already', hint },
  { is: /^\s*\{\s*"version":\s*1,\s*"run":[^]{0,200}?,\s*"funbric":/, what: 'the plan of a run', hint },
];
