/**
 * A section of the report turns a run into blocks: typed values that templates/blocks/<kind>.hbs draw. Sections never
 * write HTML, and never shorten or clean a text: view.ts does both for all of them, and the template engine escapes.
 */
import type { Verdict } from '../model/finding.ts';
import type { Run } from '../model/run.ts';

/** Colour and weight of a thing; never the only sign of it, there is always a word too. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** For code, paths, bytes. */
  readonly isMono?: boolean;
}

export interface Row {
  /** Formatted by the section, one a column; the first one names the row. */
  readonly cells: readonly string[];
  readonly tone: Tone;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly Column[];
  /** All of them: the renderer shows as many as a page bears, and says how many it left out. */
  readonly rows: readonly Row[];
}

/** One dimension of the verdict: integrity, coverage, tasks. */
export interface Dimension {
  readonly label: string;
  /** The judgement in a word or two. */
  readonly word: string;
  readonly detail: string;
  readonly tone: Tone;
}

export interface VerdictBlock {
  readonly kind: 'verdict';
  readonly verdict: Verdict;
  readonly headline: string;
  readonly reasons: readonly string[];
  readonly dimensions: readonly Dimension[];
  readonly facts: readonly Fact[];
}

/** Findings with one signature: the first in full, the places of all. */
export interface FindingBlock {
  readonly kind: 'finding';
  readonly code: string;
  readonly name: string;
  readonly grade: string;
  readonly tone: Tone;
  /** What the grade means, as a sentence. */
  readonly meaning: string;
  readonly file: string;
  readonly facts: readonly Fact[];
  readonly expected: string;
  readonly found: string;
  /** Lines of a hex dump; empty where no bytes were kept. */
  readonly hex: readonly string[];
  readonly witness: TableBlock | null;
  readonly places: TableBlock | null;
}

/** What a command said, on all hosts where it said the same. */
export interface OutputBlock {
  readonly kind: 'output';
  readonly title: string;
  readonly hosts: string;
  readonly exit: string;
  readonly tone: Tone;
  readonly text: string;
  readonly isOpen: boolean;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** One scale of a chart; panels share the time axis and lie below each other. */
export interface Panel {
  readonly label: string;
  readonly series: Series;
  readonly look: 'area' | 'errors' | 'steps';
}

/** Seconds since the run's zero. */
export interface Band {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** Series over seconds, with the phases as bands. Drawn as inline SVG, with the same numbers in a table below. */
export interface ChartBlock {
  readonly kind: 'chart';
  /** What the chart shows, as a conclusion: its accessible name and its caption. */
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly bands: readonly Band[];
}

export type Block =
  | VerdictBlock
  | { readonly kind: 'text'; readonly tone: Tone; readonly paragraphs: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | TableBlock
  | FindingBlock
  | OutputBlock
  | ChartBlock;

/** Every kind has its template; the contract test compares this list with the folder. */
export const blockKinds = [
  'verdict',
  'text',
  'facts',
  'table',
  'finding',
  'output',
  'chart',
] as const satisfies readonly Block['kind'][];

export interface Section {
  /** Its anchor, also in URLs: `findings`. */
  readonly id: string;
  readonly title: string;
  /** Pure. No blocks: the section is left out. */
  blocks(run: Run): readonly Block[];
}
