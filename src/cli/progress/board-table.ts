/** The rows of the board: hosts in trouble, worst first, one a row; the healthy ones folded. Columns give way where it is narrow. */
import type { ChalkInstance } from 'chalk';
import { compareNatural } from '../../model/fold-nodeset.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import { formatCount, formatUs, plural } from '../../report/format.ts';
import { durationOf } from '../terminal/duration.ts';
import type { HostView } from './host-view.ts';
import type { Symbols } from '../terminal/symbols.ts';
import { cut, pad, widthOf } from '../terminal/text-width.ts';

export interface Look {
  readonly width: number;
  readonly colors: ChalkInstance;
  readonly symbols: Symbols;
}

interface Row {
  readonly trouble: number;
  readonly hosts: string;
  /** Several hosts in one row. */
  readonly isFolded: boolean;
  readonly cells: readonly string[];
  readonly note: string;
}

/** The titles, then at most `room` rows. */
export function tableLines(views: readonly HostView[], room: number, look: Look): readonly string[] {
  if (room < 1) return [];
  const worst = views.filter(({ trouble }) => trouble > 0).toSorted(byTrouble);
  const healthy = foldHealthy(views.filter(({ trouble }) => trouble === 0));
  const rows = choose(worst, healthy, room);
  const shape = shapeOf(rows, look);
  return [look.colors.dim(titleLine(shape, look)), ...rows.map((row) => rowLine(row, shape, look))];
}

function byTrouble(a: HostView, b: HostView): number {
  const order =
    b.trouble - a.trouble ||
    b.errors - a.errors ||
    (b.longestMs ?? 0) - (a.longestMs ?? 0) ||
    (b.silentMs ?? 0) - (a.silentMs ?? 0);
  return order || compareNatural(a.name, b.name);
}

/** Where not all in trouble have room, the rest is one row of names and counts. */
function choose(worst: readonly HostView[], healthy: readonly Row[], room: number): readonly Row[] {
  if (worst.length + healthy.length <= room) return [...worst.map(hostRow), ...healthy];
  const shown = worst.slice(0, Math.max(room > 1 ? 1 : 0, room - healthy.length - 1));
  const rest = worst.slice(shown.length);
  const rows = [...shown.map(hostRow), ...(rest.length === 0 ? [] : [restRow(rest)]), ...healthy];
  return rows.slice(0, room);
}

function hostRow(view: HostView): Row {
  return { trouble: view.trouble, hosts: view.name, isFolded: false, cells: cellsOf(view), note: view.note };
}

function restRow(rest: readonly HostView[]): Row {
  const first = rest[0];
  return {
    trouble: first?.trouble ?? 0,
    hosts: foldNodeSet(rest.map(({ name }) => name)),
    isFolded: true,
    cells: cellsOf({ ...sumOf(rest), state: `${rest.length} more`, phase: '' }),
    note: countStates(rest),
  };
}

function foldHealthy(views: readonly HostView[]): readonly Row[] {
  const groups = new Map<string, HostView[]>();
  for (const view of views) {
    const key = `${view.state} ${view.phase}`;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()].map((group) => ({
    trouble: 0,
    hosts: foldNodeSet(group.map(({ name }) => name)),
    isFolded: group.length > 1,
    cells: cellsOf({ ...sumOf(group), state: group[0]?.state ?? '', phase: group[0]?.phase ?? '' }),
    note: group.length > 1 ? plural(group.length, 'host') : '',
  }));
}

type Figures = Pick<HostView, 'perSecond' | 'p99Us' | 'longestMs' | 'errors' | 'silentMs'>;

function sumOf(views: readonly HostView[]): Figures {
  const most = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const rates = views.map(({ perSecond }) => perSecond).filter((rate) => rate !== undefined);
  return {
    perSecond: rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0),
    p99Us: most(views.map(({ p99Us }) => p99Us)),
    longestMs: most(views.map(({ longestMs }) => longestMs)),
    errors: views.reduce((sum, { errors }) => sum + errors, 0),
    silentMs: most(views.map(({ silentMs }) => silentMs)),
  };
}

/** `57 running, 2 hung`. */
export function countStates(views: readonly HostView[]): string {
  const counts = new Map<string, number>();
  for (const { state } of views) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Array.from(counts, ([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}

/** `gives`: who goes first where it is narrow. */
const columns = [
  { title: 'state', side: 'right', gives: 5 },
  { title: 'phase', side: 'right', gives: 1 },
  { title: 'ops/s', side: 'left', gives: 4 },
  { title: 'p99', side: 'left', gives: 4 },
  { title: 'longest', side: 'left', gives: 2 },
  { title: 'errors', side: 'left', gives: 3 },
  { title: 'seen', side: 'left', gives: 0 },
] as const;

function cellsOf(view: Figures & Pick<HostView, 'state' | 'phase'>): readonly string[] {
  const { state, phase, perSecond, p99Us, longestMs, errors, silentMs } = view;
  return [
    state,
    phase,
    perSecond === undefined ? '-' : formatCount(perSecond),
    p99Us === undefined ? '-' : formatUs(p99Us),
    longestMs === undefined ? '-' : durationOf(longestMs),
    formatCount(errors),
    silentMs === undefined ? '-' : silentMs < 1000 ? '0 s' : durationOf(silentMs),
  ];
}

interface Shape {
  readonly hosts: number;
  /** Of each column; undefined: left out. */
  readonly widths: readonly (number | undefined)[];
}

const markWidth = 2;
const gap = 2;
const leastHosts = 8;
const mostFolded = 20;
/** A note that is cut shorter says little: it may have a third of the terminal. */
const leastNote = 34;

function shapeOf(rows: readonly Row[], { width }: Look): Shape {
  const hosts = Math.min(hostsWidth(rows), Math.max(leastHosts, Math.floor(width * 0.4)));
  const widths: (number | undefined)[] = columns.map(({ title }, at) =>
    Math.max(title.length, ...rows.map(({ cells }) => widthOf(cells[at] ?? ''))),
  );
  const note = Math.min(leastNote, Math.ceil(width * 0.34), Math.max(0, ...rows.map((row) => widthOf(row.note))));
  const taken = (): number =>
    markWidth + hosts + gap + note + widths.reduce<number>((sum, one) => sum + (one === undefined ? 0 : one + gap), 0);
  for (const { at } of columns.map(({ gives }, at) => ({ gives, at })).toSorted((a, b) => a.gives - b.gives)) {
    if (taken() > width) widths[at] = undefined;
  }
  return { hosts, widths };
}

/** Folded names may be cut where the reasons of hosts in trouble need the room. */
function hostsWidth(rows: readonly Row[]): number {
  const hasReasons = rows.some(({ trouble, note }) => trouble > 0 && note !== '');
  const most = hasReasons ? mostFolded : Infinity;
  const widths = rows.map(({ hosts, isFolded }) => Math.min(widthOf(hosts), isFolded ? most : Infinity));
  return Math.max(leastHosts, ...widths);
}

function titleLine(shape: Shape, { width, symbols }: Look): string {
  const cells = columns.map(({ title }) => title);
  const text = `${' '.repeat(markWidth)}${pad('host', shape.hosts, 'right')}${cellText(cells, shape)}`;
  return cut(text.trimEnd(), width, symbols.more);
}

function cellText(cells: readonly string[], { widths }: Shape): string {
  return columns
    .map(({ side }, at) => {
      const wide = widths[at];
      return wide === undefined ? '' : ' '.repeat(gap) + pad(cells[at] ?? '', wide, side);
    })
    .join('');
}

/** Cut as plain text, then coloured: a colour takes no column. */
function rowLine(row: Row, shape: Shape, { width, colors, symbols }: Look): string {
  const mark = row.trouble === 0 ? symbols.good : row.trouble > 3 ? symbols.bad : symbols.warning;
  const hosts = pad(cut(row.hosts, shape.hosts, symbols.more), shape.hosts, 'right');
  const start = cut(`${pad(mark, markWidth, 'right')}${hosts}`, width, symbols.more);
  const cells = cut(cellText(row.cells, shape), width - widthOf(start), symbols.more);
  const left = width - widthOf(start) - widthOf(cells) - gap;
  const note = row.note === '' || left < 1 ? '' : ' '.repeat(gap) + cut(row.note, left, symbols.more);
  const tone = row.trouble === 0 ? colors.green : row.trouble > 3 ? colors.red : colors.yellow;
  return `${tone(start)}${cells}${row.trouble === 0 ? colors.dim(note) : tone(note)}`.trimEnd();
}
