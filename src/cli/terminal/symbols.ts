/** Marks beside colours, which are never the only sign: in ASCII where the terminal may not know more. */
export interface Symbols {
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  readonly more: string;
  readonly dot: string;
}

export function makeSymbols(environment: Readonly<Record<string, string | undefined>>): Symbols {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = environment;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  return /utf-?8/i.test(locale) && TERM !== 'dumb' && TERM !== 'linux'
    ? { good: '✓', warning: '▲', bad: '✗', more: '…', dot: '·' }
    : { good: '+', warning: '!', bad: 'x', more: '...', dot: '-' };
}
