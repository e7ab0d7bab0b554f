/** A series as steps: each value holds for its whole length, since a slope between two would show what nobody measured. */
import { envelope, type Extent } from './envelope.ts';
import { round } from './drawing.ts';

export interface Stairs {
  /** Along the upper edge, from the zero line and back to it, so that one path is both line and area. */
  readonly upper: string;
  /** Along the lower edge; empty where every column holds one value. */
  readonly lower: string;
}

export interface Axes {
  readonly toX: (value: number) => number;
  readonly toY: (value: number) => number;
  readonly zeroY: number;
  readonly columns: number;
}

/** A series without a value at some places is drawn in pieces. */
export type Points = readonly (readonly [x: number, y: number | null])[];

export function stairs(points: Points, { toX, toY, zeroY, columns }: Axes): Stairs {
  const step = stepOf(points);
  const pieces = piecesOf(points).map((piece) => {
    const extents = envelope(piece, Math.max(1, Math.round((columns * piece.length) / points.length)));
    const length = piece.length > extents.length ? (step * piece.length) / extents.length : step;
    return { extents, length };
  });
  const isRange = pieces.some(({ extents }) => extents.some(({ low, high }) => low < high));
  const walk = (extents: readonly Extent[], length: number, pick: (extent: Extent) => number): string => {
    const places = extents.map((extent, at) => ({
      y: round(toY(pick(extent))),
      end: round(toX(extents[at + 1]?.x ?? extent.x + length)),
    }));
    // Equal neighbours are one step: an idle hour is not 3,600 of them.
    return places.map(({ y, end }, at) => (places[at + 1]?.y === y ? '' : `V${y}H${end}`)).join('');
  };
  const start = (extents: readonly Extent[]): number => round(toX(extents[0]?.x ?? 0));
  return {
    upper: pieces
      .map(({ extents, length }) => `M${start(extents)} ${zeroY}${walk(extents, length, ({ high }) => high)}V${zeroY}`)
      .join(''),
    lower: isRange
      ? pieces
          .map(({ extents, length }) => `M${start(extents)} ${zeroY}${walk(extents, length, ({ low }) => low)}`)
          .join('')
      : '',
  };
}

/** The length of the last step, which nothing follows. */
export function stepOf(points: Points): number {
  const [first, second] = points;
  return first === undefined || second === undefined ? 1 : second[0] - first[0];
}

function piecesOf(points: Points): readonly (readonly (readonly [number, number])[])[] {
  const pieces: (readonly [number, number])[][] = [];
  let isOpen = false;
  for (const [x, y] of points) {
    if (y === null) {
      isOpen = false;
      continue;
    }
    if (!isOpen) pieces.push([]);
    isOpen = true;
    pieces.at(-1)?.push([x, y]);
  }
  return pieces;
}
