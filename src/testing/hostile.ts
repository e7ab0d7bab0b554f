/** What a host might say to do harm, for tests that show that it can't. */

/** Names that, taken for a local path, would lead out of their folder, hide, or be an option. */
export const hostileNames: readonly string[] = [
  '..',
  '../escaped',
  '../../../../../../../../tmp/escaped',
  '/tmp/escaped',
  '.ssh/authorized_keys',
  '-rf',
  '$(touch escaped)',
  '`touch escaped`',
  "'; touch escaped; '",
  'two\nlines',
  'a\rb',
  '<script>escaped()</script>',
  '\u001B]0;escaped\u0007\u001B[2J',
  '\u202Egnp.exe',
  'CON',
  'x'.repeat(255),
];

/** Sequences that change a terminal: colours, title, screen, clipboard, answers typed back, cursor, C1 controls, direction. */
export const terminalEscapes: readonly string[] = [
  '\u001B[31mred',
  '\u001B]0;title\u0007',
  '\u001B[2J\u001B[H',
  '\u001B]52;c;ZXZpbA==\u0007',
  '\u001B]8;;http://127.0.0.1/\u001B\\link\u001B]8;;\u001B\\',
  '\u001B[6n',
  '\u001BP$q"p\u001B\\',
  '\u009B31m',
  '\u009D0;title\u009C',
  'over\rwritten',
  'back\b\b\b\bspaced',
  '\u202Eflipped\u202C',
  '\u0007',
];
