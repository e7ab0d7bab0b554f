/**
 * Blocks of the report as GitHub's Markdown, for pages of CI servers. Texts of hosts are among all others, so no text is taken
 * for markup: a word that could be a link, a mention, a tag or a mark of any kind is shown as code, where nothing is.
 */
import type { Block, FindingBlock, TableBlock, VerdictBlock } from './section.ts';
import { capHead, cleanLine } from './text.ts';

/** Undefined for what only the report can show: charts, bytes, output of commands. */
export function blockText(block: Block): string | undefined {
  switch (block.kind) {
    case 'verdict':
      return verdictText(block);
    case 'finding':
      return findingText(block);
    case 'table':
      return block.isFolded === true ? undefined : tableText(block);
    case 'text':
      return listText(block.paragraphs);
    case 'facts':
    case 'output':
    case 'chart':
    case 'lifelines':
    case 'spectrum':
    case 'vitals':
    case 'trend':
      return undefined;
  }
}

/** Of one text, in characters; of reasons and paragraphs; of the rows of a table; of all of them, in bytes. */
const maxText = 300;
const maxItems = 20;
const maxRows = 40;
const maxTableBytes = 9000;

function verdictText({ headline, reasons, dimensions, facts }: VerdictBlock): string {
  const judged = dimensions.map(({ label, word, detail }) => [label, word, detail]);
  const figures = facts.map(({ label, value }) => `${inline(label)} ${inline(value)}`).join(' · ');
  return [
    `**${inline(headline)}**`,
    ...(reasons.length === 0 ? [] : [listText(reasons)]),
    rowsText(['', 'Verdict', 'Why'], judged),
    figures,
  ].join('\n\n');
}

function findingText({ code, name, grade, file, facts, expected, found }: FindingBlock): string {
  const lines = [
    { label: 'file', value: file },
    ...facts.map(({ label, value }) => ({ label: label.toLowerCase(), value })),
    { label: 'expected', value: expected },
    { label: 'found', value: found },
  ];
  return [
    `**${inline(`${code} ${name}`)}** (${inline(grade)})\n`,
    ...lines.map(({ label, value }) => `- ${inline(label)}: ${inline(value)}`),
  ].join('\n');
}

function tableText({ caption, columns, rows }: TableBlock): string {
  const titles = columns.map(({ title }) => title);
  const cells = rows.map((row) => row.cells);
  return `${inline(caption)}\n\n${rowsText(
    titles,
    cells,
    columns.map(({ align }) => (align === 'right' ? '---:' : '---')),
  )}`;
}

/** As many rows as there is room for, and how many are left out. */
function rowsText(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly string[] = titles.map(() => '---'),
): string {
  const lines = [rowText(titles.map(cellText)), rowText(aligns)];
  let bytes = 0;
  let shown = 0;
  for (const row of rows.slice(0, maxRows)) {
    const line = rowText(row.map(cellText));
    bytes += Buffer.byteLength(line);
    if (bytes > maxTableBytes) break;
    lines.push(line);
    shown++;
  }
  const left = rows.length - shown;
  return left === 0 ? lines.join('\n') : `${lines.join('\n')}\n\n… and ${left} more in the report`;
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/**
 * Only an escaped pipe doesn't end a cell, also within code. Whether a backslash before it is escaped itself is read in two
 * ways: with all of them doubled it makes no difference.
 */
function cellText(text: string): string {
  return inline(text).replaceAll(/(\\*)\|/g, (_, slashes: string) => `${slashes}${slashes}\\|`);
}

function listText(items: readonly string[]): string {
  const left = items.length - maxItems;
  const lines = items.slice(0, maxItems).map((item) => `- ${inline(item)}`);
  return [...lines, ...(left > 0 ? [`- … and ${left} more in the report`] : [])].join('\n');
}

/** One line: words that say nothing to Markdown stay as they are, all others become code, neighbours together. */
export function inline(text: string): string {
  const shown: string[] = [];
  let odd: string[] = [];
  const flush = (): void => {
    if (odd.length > 0) shown.push(codeText(odd.join(' ')));
    odd = [];
  };
  for (const word of cleanLine(capHead(text, maxText)).split(/\s+/u)) {
    if (word === '') continue;
    if (!isPlain(word)) odd.push(word);
    else {
      flush();
      shown.push(word);
    }
  }
  flush();
  return shown.join(' ');
}

const harmless = /^(?:[-–—·±…<]|\(<|%[.,;)]*|"-"|["'(]?\/?[\p{L}\p{N}±][\p{L}\p{N}.,;:()%/±µ"'’?+-]*…?)$/u;
/** What GitHub makes links or pictures of without any mark: addresses, other issues, commits, :names: of pictures. */
const linked = /www\.|:\/|\/\/|\bgh-\d|(?<![\p{L}\p{N}])(?=\d*[a-f])[0-9a-f]{7,}(?![\p{L}\p{N}])|:[^\d\s][^\s:]*:/iu;

function isPlain(word: string): boolean {
  return harmless.test(word) && !linked.test(word);
}

/** Between more backticks than it has in a row itself; a space keeps its own from these. */
function codeText(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}
