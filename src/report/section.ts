/**
 * A section of the report turns a run into blocks: typed values that templates/blocks/<kind>.hbs draw. Sections never
 * write HTML; whatever text a block holds is escaped by the renderer.
 */
import type { Run } from '../model/run.ts';

/** A cell of a table: text; numbers are formatted by the section, and right-aligned by the column. */
export type Cell = string;

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** For code, paths, bytes. */
  readonly isMono?: boolean;
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export type Block =
  | {
      readonly kind: 'verdict';
      readonly verdict: Run['verdict'];
      readonly headline: string;
      readonly reasons: readonly string[];
      readonly facts: readonly Fact[];
    }
  | { readonly kind: 'text'; readonly paragraphs: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly Column[];
      readonly rows: readonly Row[];
      /** Rows that were left out. */ readonly omitted: number;
    }
  | {
      readonly kind: 'finding';
      readonly code: string;
      readonly name: string;
      readonly grade: string;
      readonly host: string;
      readonly file: string;
      readonly offset: string;
      readonly count: string;
      readonly expected: string;
      readonly found: string;
      readonly hex: readonly string[];
      readonly witness: Extract<Block, { kind: 'table' }> | null;
    }
  | {
      readonly kind: 'output';
      readonly title: string;
      readonly hosts: string;
      readonly exit: string;
      readonly tone: Tone;
      readonly text: string;
    }
  | { readonly kind: 'chart'; readonly chart: ChartBlock };

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Row {
  readonly cells: readonly Cell[];
  readonly tone: Tone;
}

/** Series over one time axis, with the phases as bands. Drawn as inline SVG, with the same numbers as a table beside it. */
export interface ChartBlock {
  /** What the chart shows, as a conclusion: its accessible name. */
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
  readonly bands: readonly { readonly label: string; readonly from: number; readonly to: number }[];
}

export interface Section {
  /** Its anchor, also in URLs: `findings`. */
  readonly id: string;
  readonly title: string;
  /** No blocks: the section is left out. */
  blocks(run: Run): readonly Block[];
}
