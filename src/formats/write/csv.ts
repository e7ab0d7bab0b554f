/**
 * Every table of a run as CSV (RFC 4180), one file a table. Texts are quoted and numbers are not, so that an empty text, a
 * missing value and a number can be told apart. A row is one line, and no text is taken for a formula by a spreadsheet: what
 * begins as one gets an apostrophe before it. Both are of hosts, which may call their files whatever they like.
 */
import { reveal } from '../../model/reveal.ts';
import type { Run } from '../../model/run.ts';
import { hostTables } from './tables/hosts.ts';
import { integrityTables } from './tables/integrity.ts';
import { operationTables } from './tables/operations.ts';
import { runTables } from './tables/run.ts';
import type { Cell, Table } from './tables/table.ts';
import { benchTables } from './tables/bench.ts';
import { toolTables } from './tables/tools.ts';
import type { Writer } from './writer.ts';

export const tables: readonly Table[] = [
  ...runTables,
  ...hostTables,
  ...operationTables,
  ...integrityTables,
  ...toolTables,
  ...benchTables,
];

export const csv: Writer = {
  name: 'csv',
  summary: 'every table as CSV, for spreadsheets and data frames',
  // Also those without a row: who reads them needs no rule for files that may be missing.
  files: (run) => tables.map((table) => ({ name: `${table.name}.csv`, text: encodeTable(table, run) })),
};

function encodeTable({ header, rows }: Table, run: Run): string {
  return [header, ...rows(run)].map((row) => `${row.map(encodeCell).join(',')}\r\n`).join('');
}

function encodeCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = reveal(cell);
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Also in full width, which some spreadsheets take for the same. Spaces before it change nothing. */
const formula = /^\s*[=+\-@＝＋－＠]/u;
