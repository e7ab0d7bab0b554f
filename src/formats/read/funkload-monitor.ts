/** Counters of monitored hosts in a FunkLoad result: every attribute of a `<monitor>` that is a number is a figure. */
import type { Figure } from '../../model/measured.ts';
import { clip } from '../clip.ts';
import { AttributeName, type Attributes } from '../xml/attributes.ts';
import type { Remark } from '../xml/text.ts';

/** The test, the cycle and its users, with colons between. */
const key = new AttributeName('key');
const host = new AttributeName('host');
const time = new AttributeName('time');
const notFigures = new Set(['key', 'host', 'time']);

/** A day of 100 hosts with 20 figures, one sample in 5 minutes. */
const maxPoints = 600_000;
const maxFigures = 10_000;

export class FunkloadMonitor {
  readonly #remark: Remark;
  readonly #series = new Map<string, Series>();
  #points = 0;

  constructor(remark: Remark) {
    this.#remark = remark;
  }

  add(attributes: Attributes): void {
    const seconds = attributes.number(time);
    if (seconds === undefined) return this.#remark('a <monitor> without a time: left out');
    const cycle = Number(attributes.text(key)?.split(':').at(-2) ?? NaN);
    const monitored = clip(attributes.text(host) ?? '');
    for (const [name, text] of attributes.entries()) {
      const value = text.trim() === '' ? NaN : Number(text);
      if (notFigures.has(name) || !Number.isFinite(value)) continue;
      this.#seriesOf(monitored, clip(name), cycle)?.points.push([seconds * 1000, value]);
    }
  }

  figures(): readonly Figure[] {
    return [...this.#series.values()];
  }

  #seriesOf(monitored: string, name: string, cycle: number): Series | undefined {
    const id = JSON.stringify([monitored, name, cycle]);
    const known = this.#series.get(id);
    if (this.#points >= maxPoints || (known === undefined && this.#series.size >= maxFigures)) {
      this.#remark('more monitored figures than are kept: left out');
      return undefined;
    }
    this.#points++;
    if (known !== undefined) return known;
    const series: Series = { host: monitored, name, ...(Number.isFinite(cycle) ? { cycle } : {}), points: [] };
    this.#series.set(id, series);
    return series;
  }
}

type Series = Omit<Figure, 'points'> & { readonly points: [epochMs: number, value: number][] };
