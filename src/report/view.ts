/**
 * From blocks to what the templates draw: here, and only here, every text is cleaned and shortened and every table cut,
 * so that no section can forget it and no host can make a page that nobody can open.
 */
import type { Drawing } from './charts/drawing.ts';
import { drawLifelines } from './charts/lifelines.ts';
import { drawSpectrum } from './charts/spectrum.ts';
import { drawTimeChart } from './charts/time-chart.ts';
import { drawTrend } from './charts/trend.ts';
import { twinOf } from './charts/twin.ts';
import { drawVitals } from './charts/vitals.ts';
import { drawWitness } from './charts/witness-chart.ts';
import { viewDrawing, type DrawingView } from './drawing-view.ts';
import { formatCount } from './format.ts';
import type {
  Block,
  Column,
  Fact,
  FindingBlock,
  ForensicView,
  OutputBlock,
  Row,
  TableBlock,
  Tone,
  VerdictBlock,
} from './section.ts';
import { capHead, capMiddle, cleanLine, cleanLines } from './text.ts';

/** How much of a run a page shows. */
export interface Limits {
  /** Characters of one text. */
  readonly characters: number;
  /** Rows of one table. */
  readonly rows: number;
}

/** A long name in a cell would make a row taller than the screen. */
const cellCharacters = 300;

interface CellView {
  readonly text: string;
  readonly isHeader: boolean;
  readonly isRight: boolean;
  readonly isMono: boolean;
}

interface TableView {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly isRight: boolean }[];
  readonly rows: readonly { readonly tone: Tone; readonly cells: readonly CellView[] }[];
  /** `120 more left out`, or nothing. */
  readonly omitted: string;
  readonly isFolded: boolean;
}

/** A drawing with its conclusion, and its text twin. */
interface FigureView {
  readonly kind: 'chart' | 'lifelines';
  readonly title: string;
  readonly drawing: DrawingView;
  readonly twin: TableView;
}

/** Small drawings beside each other, with one twin. */
interface MultiplesView {
  readonly kind: 'spectrum' | 'vitals' | 'trend';
  readonly title: string;
  readonly items: readonly { readonly name: string; readonly title: string; readonly drawing: DrawingView }[];
  readonly twin: TableView;
}

type ForensicShown = Omit<ForensicView, 'stamp' | 'neighbours'> & {
  readonly stamp: TableView;
  readonly neighbours: TableView | null;
};

export type BlockView =
  | (VerdictBlock & { readonly isPass: boolean; readonly isFail: boolean; readonly word: string })
  | Extract<Block, { kind: 'text' | 'facts' }>
  | TableView
  | (Omit<FindingBlock, 'hex' | 'timeline' | 'witness' | 'places' | 'forensic'> & {
      readonly forensic: ForensicShown | null;
      readonly hex: string;
      readonly timeline: { readonly title: string; readonly drawing: DrawingView } | null;
      readonly witness: TableView | null;
      readonly places: TableView | null;
    })
  | OutputBlock
  | FigureView
  | MultiplesView;

export function viewBlock(block: Block, limits: Limits): BlockView {
  const line = (text: string): string => capHead(cleanLine(text), limits.characters);
  switch (block.kind) {
    case 'verdict':
      return viewVerdict(block, limits);
    case 'text':
      return { ...block, paragraphs: block.paragraphs.map((text) => line(text)) };
    case 'facts':
      return { ...block, facts: viewFacts(block.facts, limits) };
    case 'table':
      return viewTable(block, limits);
    case 'finding':
      return viewFinding(block, limits);
    case 'output':
      return {
        ...block,
        title: line(block.title),
        hosts: line(block.hosts),
        exit: line(block.exit),
        text: capMiddle(cleanLines(block.text), limits.characters),
      };
    case 'chart':
      return figure(block, { title: line(block.title), drawing: drawTimeChart(block), twin: twinOf(block), limits });
    case 'lifelines':
      return figure(block, { title: line(block.title), drawing: drawLifelines(block), twin: block.twin, limits });
    case 'spectrum':
      return multiples(block, { of: block.curves, draw: (curve) => drawSpectrum(curve, block.scale), limits });
    case 'vitals':
      return multiples(block, { of: block.hosts, draw: (host) => drawVitals(host, block), limits });
    case 'trend':
      return multiples(block, { of: block.items, draw: (item) => drawTrend(item, block.axis), limits });
  }
}

function figure(
  { kind }: { readonly kind: FigureView['kind'] },
  made: { readonly title: string; readonly drawing: Drawing; readonly twin: TableBlock; readonly limits: Limits },
): FigureView {
  return { kind, title: made.title, drawing: viewDrawing(made.drawing), twin: viewTable(made.twin, made.limits) };
}

interface Named {
  readonly name: string;
  readonly title: string;
}

function multiples<One extends Named>(
  { kind, title, twin }: { readonly kind: MultiplesView['kind']; readonly title: string; readonly twin: TableBlock },
  made: { readonly of: readonly One[]; readonly draw: (one: One) => Drawing; readonly limits: Limits },
): MultiplesView {
  const line = (text: string): string => capHead(cleanLine(text), made.limits.characters);
  return {
    kind,
    title: line(title),
    items: made.of.map((one) => ({
      name: line(one.name),
      title: line(one.title),
      drawing: viewDrawing(made.draw(one)),
    })),
    twin: viewTable(twin, made.limits),
  };
}

function viewVerdict(block: VerdictBlock, limits: Limits): BlockView {
  const line = (text: string): string => capHead(cleanLine(text), limits.characters);
  const left = block.reasons.length - maxReasons;
  return {
    ...block,
    isPass: block.verdict === 'pass',
    isFail: block.verdict === 'fail',
    word: block.verdict.toUpperCase(),
    headline: line(block.headline),
    reasons: [
      ...block.reasons
        .slice(0, maxReasons)
        .map((text) => capHead(cleanLine(text), Math.min(limits.characters, reasonCharacters))),
      ...(left > 0 ? [`${formatCount(left)} more left out`] : []),
    ],
    dimensions: block.dimensions.map((dimension) => ({ ...dimension, detail: line(dimension.detail) })),
    facts: viewFacts(block.facts, limits),
  };
}

/** The verdict must fit on one screen. */
const maxReasons = 8;
const reasonCharacters = 400;

function viewFinding(block: FindingBlock, limits: Limits): BlockView {
  const line = (text: string): string => capHead(cleanLine(text), limits.characters);
  return {
    ...block,
    code: line(block.code),
    name: line(block.name),
    meaning: line(block.meaning),
    file: line(block.file),
    facts: viewFacts(block.facts, limits),
    expected: line(block.expected),
    found: line(block.found),
    order: block.order.map((text) => line(text)),
    hex: block.hex.join('\n'),
    forensic: block.forensic === null ? null : viewForensic(block.forensic, limits),
    timeline:
      block.timeline === null
        ? null
        : { title: line(block.timeline.title), drawing: viewDrawing(drawWitness(block.timeline)) },
    witness:
      block.witness === null
        ? null
        : viewTable(block.witness, { ...limits, rows: Math.min(limits.rows, maxWitnesses) }),
    places:
      block.places === null ? null : viewTable(block.places, { ...limits, rows: Math.min(limits.rows, maxPlaces) }),
  };
}

function viewForensic({ title, story, stamp, bytes, neighbours }: ForensicView, limits: Limits): ForensicShown {
  const line = (text: string): string => capHead(cleanLine(text), limits.characters);
  return {
    title: line(title),
    story: story.map((text) => line(text)),
    stamp: viewTable(stamp, limits),
    bytes,
    neighbours: neighbours === null ? null : viewTable(neighbours, limits),
  };
}

/** Two to four operations prove a finding; more come only from a file that somebody made up. */
const maxWitnesses = 16;

/** Enough to see a pattern in; run.json has all of them. */
const maxPlaces = 50;

function viewFacts(facts: readonly Fact[], limits: Limits): readonly Fact[] {
  return facts.map(({ label, value }) => ({
    label: capHead(cleanLine(label), limits.characters),
    value: capHead(cleanLine(value), limits.characters),
  }));
}

function viewTable({ caption, columns, rows, isFolded }: TableBlock, limits: Limits): TableView {
  const shown = rows.slice(0, limits.rows);
  const left = rows.length - shown.length;
  return {
    kind: 'table',
    caption: capHead(cleanLine(caption), limits.characters),
    columns: columns.map(({ title, align }) => ({ title, isRight: align === 'right' })),
    rows: shown.map((row) => viewRow(row, columns, limits)),
    omitted: left === 0 ? '' : `${formatCount(left)} more left out`,
    isFolded: isFolded === true,
  };
}

function viewRow({ cells, tone }: Row, columns: readonly Column[], limits: Limits): TableView['rows'][number] {
  return {
    tone,
    cells: cells.map((text, at) => ({
      text: capHead(cleanLine(text), Math.min(limits.characters, cellCharacters)),
      isHeader: at === 0,
      isRight: columns[at]?.align === 'right',
      isMono: columns[at]?.isMono === true,
    })),
  };
}
