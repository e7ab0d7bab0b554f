/** A drawing as the template writes it: neighbours of one look share a group, so that looks are said once, and texts are clean. */
import { looks, type Drawing, type Look, type Scale, type Shape } from './charts/drawing.ts';
import { capHead, cleanLine } from './text.ts';

export interface DrawingView {
  readonly width: number;
  readonly height: number;
  readonly groups: readonly GroupView[];
}

interface GroupView {
  readonly look: Look;
  readonly fill: string;
  readonly fillOpacity: string;
  readonly stroke: string;
  readonly strokeWidth: string;
  readonly dash: string;
  readonly shapes: readonly ShapeView[];
}

/** Of the three, one is there. */
interface ShapeView {
  readonly path: { readonly d: string; readonly series: Scale | null } | null;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
  readonly words: { readonly x: number; readonly y: number; readonly anchor: string; readonly text: string } | null;
  readonly tip: string;
}

/** A tip is a sentence or two. */
const maxTip = 300;

export function viewDrawing({ width, height, shapes }: Drawing): DrawingView {
  const groups: { look: Look; shapes: ShapeView[] }[] = [];
  for (const shape of shapes) {
    if (groups.at(-1)?.look !== shape.look) groups.push({ look: shape.look, shapes: [] });
    groups.at(-1)?.shapes.push(viewShape(shape));
  }
  return {
    width,
    height,
    groups: groups.map(({ look, shapes: views }) => {
      const { fill, fillOpacity, stroke, strokeWidth, dash } = looks[look];
      return {
        look,
        shapes: views,
        fill,
        fillOpacity: fillOpacity === 1 ? '' : String(fillOpacity),
        stroke: stroke === 'none' ? '' : stroke,
        strokeWidth: stroke === 'none' ? '' : String(strokeWidth),
        dash,
      };
    }),
  };
}

function viewShape(shape: Shape): ShapeView {
  const nothing = { path: null, box: null, words: null, tip: '' };
  switch (shape.kind) {
    case 'path':
      return { ...nothing, path: { d: shape.d, series: shape.series ?? null }, tip: clean(shape.tip) };
    case 'rect':
      return { ...nothing, box: shape, tip: clean(shape.tip) };
    case 'text': {
      const { x, y, anchor, text } = shape;
      return { ...nothing, words: { x, y, anchor: anchor === 'start' ? '' : anchor, text: clean(text) } };
    }
  }
}

function clean(text: string): string {
  return capHead(cleanLine(text), maxTip);
}
