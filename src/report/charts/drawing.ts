/**
 * What charts are made of: numbers, path data made of numbers, and texts, which templates/parts/drawing.hbs puts into SVG elements
 * and escapes. No markup is made here. A look is a class of the style sheet and, for where style sheets don't reach (mail,
 * Jenkins), plain attributes that can be read on white and on black.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export type Shape =
  | { readonly kind: 'path'; readonly look: Look; readonly d: string; readonly tip: string; readonly series?: Scale }
  | {
      readonly kind: 'rect';
      readonly look: Look;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly tip: string;
    }
  | {
      readonly kind: 'text';
      readonly look: Look;
      readonly x: number;
      readonly y: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly text: string;
    };

/** How the page's script reads a value off a line again: what it is called, where zero lies, what a pixel is worth. */
export interface Scale {
  readonly label: string;
  readonly unit: string;
  readonly zeroY: number;
  readonly perPixel: number;
  /** Along the axis: where it starts, and seconds a pixel. */
  readonly zeroX: number;
  readonly secondsPerPixel: number;
}

interface Paint {
  readonly fill: string;
  readonly fillOpacity: number;
  readonly stroke: string;
  readonly strokeWidth: number;
  /** Looks differ by more than colour. */
  readonly dash: string;
}

const none: Paint = { fill: 'none', fillOpacity: 1, stroke: 'none', strokeWidth: 0, dash: '' };
const text: Paint = { ...none, fill: '#68727d' };
const line: Paint = { ...none, strokeWidth: 1.6 };

export const looks = {
  quiet: text,
  loud: { ...text, fill: '#3f4852' },
  value: { ...text, fill: '#3f4852' },
  grid: { ...line, stroke: '#b9c0c8', strokeWidth: 1 },
  axis: { ...line, stroke: '#7f8a96', strokeWidth: 1 },
  band: { ...none, fill: '#7f8a96', fillOpacity: 0.1 },
  pale: { ...none, fill: '#7f8a96', fillOpacity: 0.03 },
  main: { ...line, fill: '#3a6fd8', fillOpacity: 0.14, stroke: '#3a6fd8' },
  lower: { ...line, stroke: '#3a6fd8', strokeWidth: 0.8 },
  latency: { ...line, stroke: '#8a5300', dash: '7 2' },
  errors: { ...line, fill: '#d0433a', fillOpacity: 0.14, stroke: '#d0433a', dash: '4 2' },
  steps: { ...line, fill: '#7a8490', fillOpacity: 0.14, stroke: '#7a8490' },
  curve: { ...line, stroke: '#3a6fd8', strokeWidth: 2 },
  moment: { ...line, fill: '#b3261e', stroke: '#b3261e', strokeWidth: 1.2 },
  setup: { ...none, fill: '#a9b3be' },
  meet: { ...none, fill: '#c9cfd6' },
  stress: { ...none, fill: '#3a6fd8' },
  verify: { ...none, fill: '#2f7d5b' },
  end: { ...line, stroke: '#b3261e', strokeWidth: 2.4 },
  operation: { ...none, fill: '#3a6fd8', fillOpacity: 0.9 },
  culprit: { ...none, fill: '#b3261e', fillOpacity: 0.95 },
  whisker: { ...line, stroke: '#555f6a', strokeWidth: 1.4 },
  before: { ...line, stroke: '#555f6a', strokeWidth: 1.3 },
  perhaps: { ...line, stroke: '#855000', strokeWidth: 1.3, dash: '4 3' },
  cut: { ...line, stroke: '#7f8a96', strokeWidth: 1, dash: '2 4' },
} as const satisfies Readonly<Record<string, Paint>>;
export type Look = keyof typeof looks;

export function path(look: Look, d: string, tip = ''): Shape {
  return { kind: 'path', look, d, tip };
}

export function label(look: Look, at: { readonly x: number; readonly y: number }, words: string): Shape {
  return { kind: 'text', look, x: round(at.x), y: round(at.y), anchor: 'start', text: words };
}

export function labelTo(
  anchor: 'middle' | 'end',
  look: Look,
  at: { readonly x: number; readonly y: number; readonly text: string },
): Shape {
  return { kind: 'text', look, x: round(at.x), y: round(at.y), anchor, text: at.text };
}

export function rect(
  look: Look,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  tip = '',
): Shape {
  const { x, y, width, height } = box;
  return {
    kind: 'rect',
    look,
    x: round(x),
    y: round(y),
    width: round(Math.max(0, width)),
    height: round(Math.max(0, height)),
    tip,
  };
}

/** Tenths of a pixel are more than eyes see, and keep the file small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
