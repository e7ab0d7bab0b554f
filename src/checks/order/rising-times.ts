/**
 * Times that don't fall, looked through by those who mostly ask in the order of time. It takes columns and places in them only:
 * asked for every look of a run, a function that takes any list, or a number by itself, is several times slower.
 */
export class RisingTimes {
  readonly #times: Float64Array;
  /** What was found last. */
  #near = 0;

  constructor(times: Float64Array) {
    this.#times = times;
  }

  /** How many are below the limit that is at this place of a column: steps away from what was found last double. */
  countBelow(limits: Float64Array, at: number): number {
    const limit = limits[at] ?? NaN;
    const times = this.#times;
    const count = times.length;
    let low = this.#near;
    let high = low;
    if (low < count && (times[low] ?? 0) < limit) {
      low++;
      let step = 1;
      for (; low + step <= count && (times[low + step - 1] ?? 0) < limit; step *= 2) low += step;
      high = Math.min(count, low + step - 1);
    } else {
      let step = 1;
      for (; high >= step && !((times[high - step] ?? 0) < limit); step *= 2) high -= step;
      low = Math.max(0, high - step + 1);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] ?? 0) < limit) low = middle + 1;
      else high = middle;
    }
    return (this.#near = low);
  }

  /** How many aren't above it. */
  countUpTo(limits: Float64Array, at: number): number {
    const limit = limits[at] ?? NaN;
    const times = this.#times;
    let count = this.countBelow(limits, at);
    while (times[count] === limit) count++;
    return count;
  }
}
