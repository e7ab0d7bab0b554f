/** A table of a run, as rows and columns of plain values: a new one is an entry in one of the lists beside this file. */
import type { Run } from '../../../model/run.ts';

/** Nothing is known: null or undefined. */
export type Cell = string | number | boolean | null | undefined;

export interface Table {
  /** Also of its file. */
  readonly name: string;
  /** Which lists of run.json it holds: `hosts[].phases`. */
  readonly of: readonly string[];
  readonly header: readonly string[];
  readonly rows: (run: Run) => readonly (readonly Cell[])[];
}

/** Columns by name, in their order; fields that run.json has are called as they are there. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

export function table<Row>(given: {
  readonly name: string;
  readonly of: readonly string[];
  readonly rows: (run: Run) => readonly Row[];
  readonly columns: Columns<Row>;
}): Table {
  const { name, of, rows, columns } = given;
  const cells = Object.values(columns);
  return {
    name,
    of,
    header: Object.keys(columns),
    rows: (run) => rows(run).map((row) => cells.map((cell) => cell(row))),
  };
}

/** The same columns, of a part of a row. */
export function columnsOf<Part, Row>(columns: Columns<Part>, partOf: (row: Row) => Part): Columns<Row> {
  return Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, (row: Row) => cell(partOf(row))]));
}
