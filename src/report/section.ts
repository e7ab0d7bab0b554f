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
  /** Behind its caption, for who asks. */
  readonly isFolded?: boolean;
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
  /** Null where no operation is timed. */
  readonly timeline: WitnessChart | null;
  readonly witness: TableBlock | null;
  /** Null where no chunk is wrong, or another finding of the same kind shows it. */
  readonly forensic: ForensicView | null;
  /** Why they stand in this order, a sentence an edge. */
  readonly order: readonly string[];
  readonly places: TableBlock | null;
}

/** A wrong chunk taken apart. */
export interface ForensicView {
  readonly title: string;
  /** Sentences: where it breaks, where the data comes from. */
  readonly story: readonly string[];
  readonly stamp: TableBlock;
  readonly bytes: { readonly caption: string; readonly isCompared: boolean; readonly lines: readonly HexLine[] } | null;
  readonly neighbours: TableBlock | null;
}

export interface HexLine {
  /** `cut`: lines that are left out because they are the same. */
  readonly kind: 'expected' | 'found' | 'same' | 'cut';
  /** A sign for the kind, and the address. */
  readonly head: string;
  readonly parts: readonly HexPart[];
}

export interface HexPart {
  readonly text: string;
  readonly isDifferent: boolean;
}

/** Operations of a proof in the order of their times; its text twin is the witness table. */
export interface WitnessChart {
  /** What the drawing shows, as a conclusion. */
  readonly title: string;
  readonly operations: readonly TimedOperation[];
  /** Undefined where nobody said which: then they follow each other by their times. */
  readonly edges?: readonly WitnessEdge[] | undefined;
}

/** From one of the operations to another, by their places. */
export interface WitnessEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: 'order' | 'source';
  readonly tip: string;
}

/** It started within [startNs, startNsMax] and ended within [endNsMin, endNs]. */
export interface TimedOperation {
  /** Host and worker. */
  readonly lane: string;
  readonly words: string;
  readonly tip: string;
  readonly startNs: number;
  readonly startNsMax: number;
  readonly endNsMin: number;
  readonly endNs: number;
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

/** Null where nobody can say. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** One scale of a chart; panels share the time axis and lie below each other. */
export interface Panel {
  readonly label: string;
  readonly unit: string;
  readonly series: Series;
  readonly look: 'area' | 'latency' | 'errors' | 'steps';
}

/** Seconds since the run's zero. */
export interface Band {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** A moment, in seconds since the run's zero. */
export interface Mark {
  readonly at: number;
  /** Beside the mark, as short as a code. */
  readonly label: string;
  readonly words: string;
}

/** Series over seconds, with the phases as bands. Drawn as inline SVG, with the same numbers in a table below. */
export interface ChartBlock {
  readonly kind: 'chart';
  /** What the chart shows, as a conclusion: its accessible name and its caption. */
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly bands: readonly Band[];
  readonly marks: readonly Mark[];
}

/** What each host did when. */
export interface LifelinesBlock {
  readonly kind: 'lifelines';
  readonly title: string;
  readonly seconds: number;
  readonly lanes: readonly {
    readonly name: string;
    readonly bars: readonly {
      readonly phase: string;
      readonly from: number;
      readonly to: number;
      readonly tip: string;
    }[];
    /** Why it ended there and not with the others; empty where it didn't. */
    readonly end: string;
  }[];
  readonly twin: TableBlock;
}

/** One curve of latency by percentile a kind of operation, all on one scale. */
export interface SpectrumBlock {
  readonly kind: 'spectrum';
  readonly title: string;
  readonly scale: { readonly lowUs: number; readonly highUs: number; readonly nines: number };
  readonly curves: readonly {
    readonly name: string;
    readonly title: string;
    /** By percent. */
    readonly points: readonly (readonly [percent: number, us: number])[];
  }[];
  readonly twin: TableBlock;
}

/** What the hosts said of themselves, one small chart a host. */
export interface VitalsBlock {
  readonly kind: 'vitals';
  readonly title: string;
  readonly seconds: number;
  readonly bands: readonly Band[];
  readonly hosts: readonly {
    readonly name: string;
    readonly title: string;
    readonly rows: readonly {
      readonly label: string;
      readonly most: string;
      /** Of the whole height; the same for all hosts, so that they can be compared. */
      readonly scale: number;
      readonly points: Series['points'];
      readonly isTrouble: boolean;
    }[];
  }[];
  readonly twin: TableBlock;
}

/** Figures from cycle to cycle, one small chart each. */
export interface TrendBlock {
  readonly kind: 'trend';
  readonly title: string;
  /** What stands below the axis. */
  readonly axis: string;
  readonly items: readonly {
    readonly name: string;
    readonly title: string;
    readonly points: readonly {
      readonly x: string;
      readonly y: number | null;
      /** What it spreads over. */
      readonly low?: number;
      readonly high?: number;
      readonly tip: string;
    }[];
  }[];
  readonly twin: TableBlock;
}

export type Block =
  | VerdictBlock
  | { readonly kind: 'text'; readonly tone: Tone; readonly paragraphs: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | TableBlock
  | FindingBlock
  | OutputBlock
  | ChartBlock
  | LifelinesBlock
  | SpectrumBlock
  | VitalsBlock
  | TrendBlock;

/** Every kind has its template; the contract test compares this list with the folder. */
export const blockKinds = [
  'verdict',
  'text',
  'facts',
  'table',
  'finding',
  'output',
  'chart',
  'lifelines',
  'spectrum',
  'vitals',
  'trend',
] as const satisfies readonly Block['kind'][];

export interface Section {
  /** Its anchor, also in URLs: `findings`. */
  readonly id: string;
  readonly title: string;
  /** Pure. No blocks: the section is left out. */
  blocks(run: Run): readonly Block[];
}
