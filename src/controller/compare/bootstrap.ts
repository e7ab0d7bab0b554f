/**
 * How surely two runs differ in a figure: hosts are drawn with replacement, as if other hosts of the same kind had taken part, and
 * the figure is worked out again of those that were drawn. Operations of one host resemble each other, so hosts are drawn and
 * not operations. Where both runs are of the same hosts, the same ones are drawn for both: what a slow host is in both cancels out.
 *
 * Of few hosts the plain percentile interval is too narrow; this is the expanded one (Hesterberg, What Teachers Should Know
 * About the Bootstrap, The American Statistician 69, 2015), wider as Student's t is than the normal distribution.
 */
import { randomOf, type Random } from '../../model/random.ts';

/** How often each host was drawn, resample after resample. */
export interface Draws {
  readonly before: readonly Weights[];
  readonly after: readonly Weights[];
  /** Share of the resamples that is left out at either end. */
  readonly tail: number;
}

export type Weights = Uint16Array;

/** A figure of a run, if each of its hosts had taken part so often. */
export type WeightedFigure = (weights: Weights) => number;

export interface RatioInterval {
  /** After by before. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Draws cost hosts times buckets each, and of many hosts fewer draws say as much. */
const mostResamples = 2_000;
const leastResamples = 400;
const drawnHosts = 200_000;

/** Of five, all differ in the same direction by chance once in 16: more often than intervals of 95 % may be wrong. */
export const minHosts = 6;

export function drawHosts(given: {
  readonly before: number;
  readonly after: number;
  readonly isPaired: boolean;
  readonly seed: number;
}): Draws {
  const random = randomOf(given.seed);
  const length = Math.floor(drawnHosts / Math.max(given.before, given.after));
  const resamples = Math.max(leastResamples, Math.min(mostResamples, length));
  const before = Array.from({ length: resamples }, () => draw(random, given.before));
  const after = given.isPaired ? before : before.map(() => draw(random, given.after));
  return { before, after, tail: tailOf(Math.min(given.before, given.after)) };
}

export function ratioOf(
  before: WeightedFigure,
  after: WeightedFigure,
  { draws, hosts }: { readonly draws: Draws; readonly hosts: { readonly before: number; readonly after: number } },
): RatioInterval {
  const once = (length: number): Weights => new Uint16Array(length).fill(1);
  const ratios = Float64Array.from(draws.before, (weights, at) => {
    return after(draws.after[at] ?? weights) / before(weights);
  }).sort();
  const left = Math.min(Math.floor(draws.tail * ratios.length), Math.floor((ratios.length - 1) / 2));
  return {
    ratio: after(once(hosts.after)) / before(once(hosts.before)),
    low: ratios[left] ?? NaN,
    high: ratios[ratios.length - 1 - left] ?? NaN,
  };
}

function draw(random: Random, hosts: number): Weights {
  const weights = new Uint16Array(hosts);
  for (let time = 0; time < hosts; time++) {
    const host = random.below(hosts);
    weights[host] = (weights[host] ?? 0) + 1;
  }
  return weights;
}

/** Of 97 %: where hosts do unlike amounts of work, that holds what 95 % promise (test/controller/compare.test.ts). */
const normalQuantile = 2.17009;

function tailOf(hosts: number): number {
  if (hosts < 2) return 0;
  return normalTail(Math.sqrt(hosts / (hosts - 1)) * studentQuantile(hosts - 1));
}

/** The quantile of Student's t, by its expansion around the normal one (Abramowitz and Stegun, 26.7.5). */
function studentQuantile(freedom: number): number {
  const z = normalQuantile;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, at) => sum + term / freedom ** (at + 1), z);
}

/** The chance of a normal value beyond z (Abramowitz and Stegun, 26.2.17; within 1e-7). */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = series.reduceRight((total, factor) => (total + factor) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
