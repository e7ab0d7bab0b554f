/**
 * The steps of many values that one worker changes: kept as they come, then value by value in columns, because a tree has more
 * files than there is room for objects.
 */
import { stepValues, type Steps } from './steps.ts';

export class StepLog {
  #count = 0;
  readonly #keys: Uint32Array;
  readonly #ids: Uint32Array;
  readonly #values: Float64Array;

  /** `most`: steps that will ever come. */
  constructor(most: number) {
    this.#keys = new Uint32Array(most);
    this.#ids = new Uint32Array(most);
    this.#values = new Float64Array(most);
  }

  /** Ids don't fall. */
  add(key: number, id: number, value: number): void {
    const at = this.#count++;
    this.#keys[at] = key;
    this.#ids[at] = id;
    this.#values[at] = value;
  }

  /** A counting sort by key, of which all are below `keys`. */
  finish(keys: number): StepColumns {
    const count = this.#count;
    const starts = new Uint32Array(keys + 1);
    for (let at = 0; at < count; at++) starts[(this.#keys[at] ?? 0) + 1] = (starts[(this.#keys[at] ?? 0) + 1] ?? 0) + 1;
    for (let key = 0; key < keys; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
    const next = starts.slice();
    const ids = new Uint32Array(count);
    const values = new Float64Array(count);
    for (let at = 0; at < count; at++) {
      const key = this.#keys[at] ?? 0;
      const place = next[key] ?? 0;
      next[key] = place + 1;
      ids[place] = this.#ids[at] ?? 0;
      values[place] = this.#values[at] ?? 0;
    }
    return new StepColumns(starts, ids, values);
  }
}

export class StepColumns {
  /** By key, and one more: where its steps begin. */
  readonly #starts: Uint32Array;
  readonly #ids: Uint32Array;
  readonly #values: Float64Array;
  /** By key: the step before which what was asked last lay, as what is asked next mostly does. */
  readonly #near: Uint32Array;

  constructor(starts: Uint32Array, ids: Uint32Array, values: Float64Array) {
    this.#starts = starts;
    this.#ids = ids;
    this.#values = values;
    this.#near = starts.slice();
  }

  of(key: number): Steps {
    const [start, end] = [this.#starts[key] ?? 0, this.#starts[key + 1] ?? 0];
    return { ids: this.#ids.subarray(start, end), values: this.#values.subarray(start, end) };
  }

  /** As steadyValue of one of them, but `unknown` where a change of it may have been under way. */
  steadyAt(key: number, ended: number, begun: number): number {
    const next = this.#next(key, ended);
    if (next < (this.#starts[key + 1] ?? 0) && (this.#ids[next] ?? 0) < begun) return stepValues.unknown;
    return next === this.#starts[key] ? stepValues.nothing : (this.#values[next - 1] ?? 0);
  }

  /** The first step with an id that isn't below a limit. */
  #next(key: number, limit: number): number {
    let low = this.#starts[key] ?? 0;
    let high = this.#starts[key + 1] ?? 0;
    const near = this.#near[key] ?? 0;
    const isBelow = near === low || (this.#ids[near - 1] ?? 0) < limit;
    if (isBelow && (near === high || (this.#ids[near] ?? 0) >= limit)) return near;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? 0) < limit) low = middle + 1;
      else high = middle;
    }
    this.#near[key] = low;
    return low;
  }
}
