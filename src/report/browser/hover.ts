/**
 * The values under the pointer, in a line above the chart. They are read off the drawing itself, whose paths say what a pixel
 * is worth, so that no number is in the page twice. Arrow keys move the line too.
 */
interface Reading {
  readonly label: string;
  readonly unit: string;
  /** Steps along x, each with its y. */
  readonly steps: readonly (readonly [from: number, y: number])[];
  readonly zeroY: number;
  readonly perPixel: number;
}

export function startHover(): void {
  for (const svg of document.querySelectorAll<SVGSVGElement>('.chart svg')) {
    const paths = [...svg.querySelectorAll<SVGPathElement>('path[data-label]')];
    const [first] = paths;
    const figure = svg.closest('figure');
    if (first !== undefined && figure !== null)
      watch(svg, figure, { first, readings: paths.map((path) => readingOf(path)) });
  }
}

function readingOf(path: SVGPathElement): Reading {
  const { label = '', unit = '', zeroY = '0', perPixel = '0' } = path.dataset;
  const steps: [number, number][] = [];
  let x = 0;
  for (const [, letter = '', value = ''] of (path.getAttribute('d') ?? '').matchAll(/([MVH])([\d.]+)/g)) {
    if (letter === 'V') steps.push([x, Number(value)]);
    else x = Number(value);
  }
  return { label, unit, steps, zeroY: Number(zeroY), perPixel: Number(perPixel) };
}

function watch(
  svg: SVGSVGElement,
  figure: HTMLElement,
  { first, readings }: { readonly first: SVGPathElement; readonly readings: readonly Reading[] },
): void {
  const zeroX = Number(first.dataset['zeroX']);
  const secondsPerPixel = Number(first.dataset['secondsPerPixel']);
  const { width, height } = svg.viewBox.baseVal;
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('class', 'cursor');
  const words = document.createElement('p');
  words.className = 'readout';
  words.textContent = 'Point at the chart, or focus it and press the arrow keys, to read its values.';
  svg.append(line);
  figure.querySelector('figcaption')?.after(words);
  let x = zeroX;
  const show = (at: number): void => {
    x = Math.min(width - 12, Math.max(zeroX, at));
    line.setAttribute('d', `M${x} 30V${height - 30}`);
    const values = readings.map(
      (reading) => `${reading.label} ${valueAt(reading, x)}${reading.unit === '' ? '' : ` ${reading.unit}`}`,
    );
    words.textContent = `${((x - zeroX) * secondsPerPixel).toFixed(1)} s · ${values.join(' · ')}`;
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    show(((event.clientX - box.left) / box.width) * width);
  });
  svg.parentElement?.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    show(x + (event.key === 'ArrowLeft' ? -4 : 4));
  });
}

function valueAt({ steps, zeroY, perPixel }: Reading, x: number): string {
  const step = steps.findLast(([from]) => from <= x);
  if (step === undefined) return '-';
  const value = Math.max(0, (zeroY - step[1]) * perPixel);
  return Number(value.toPrecision(3)).toLocaleString('en');
}
