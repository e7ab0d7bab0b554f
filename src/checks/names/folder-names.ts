/**
 * The names that a folder of a tree ever had, in their order: which of them one listing after the other showed, and what was
 * there meanwhile. Where a change is, is looked for near where it was at the last listing, as they mostly follow each other.
 */

import { countBelow, countBelowNear, stepValues, type Steps, type Window } from '../order/steps.ts';
import type { NameState } from '../tree/tree.ts';

export class FolderNames {
  readonly names: Uint32Array;
  /** Names that the listing showed, and the folder never had. */
  readonly strangers = new Set<number>();
  readonly #folder: number;
  readonly #steps: readonly Steps[];
  /** How many changes of a name had ended before the listing that was judged last; and between which two that is so, and what was there then. */
  readonly #ended: Uint32Array;
  readonly #after: Float64Array;
  readonly #until: Float64Array;
  readonly #values: Float64Array;
  /** The number of the last listing that had the name; one more where that had it twice. */
  readonly #marks: Uint32Array;
  #mark = 0;

  constructor(folder: number, states: readonly (readonly [name: number, state: NameState])[]) {
    const sorted = states.toSorted(([a], [b]) => a - b);
    this.names = Uint32Array.from(sorted, ([name]) => name);
    this.#folder = folder;
    this.#steps = sorted.map(([, { steps }]) => steps);
    this.#ended = new Uint32Array(sorted.length);
    this.#after = new Float64Array(sorted.length);
    this.#until = new Float64Array(sorted.length).fill(-1);
    this.#values = new Float64Array(sorted.length);
    this.#marks = new Uint32Array(sorted.length);
  }

  /** A listing, as runs: the first name and how many follow each other, one run after the other. */
  show(runs: readonly number[]): void {
    this.#mark += 2;
    if (this.strangers.size > 0) this.strangers.clear();
    const first = this.#folder * namesOfFolder;
    for (let run = 0; run < runs.length; run += 2) {
      const start = runs[run] ?? 0;
      this.#showRun(Math.max(start, first), Math.min(start + (runs[run + 1] ?? 0), first + namesOfFolder));
    }
  }

  isShown(place: number): boolean {
    return (this.#marks[place] ?? 0) >= this.#mark;
  }

  isRepeated(place: number): boolean {
    return (this.#marks[place] ?? 0) > this.#mark;
  }

  /** What was under a name all the time; unknown, too, where it may have changed meanwhile. */
  steadyAt(place: number, { ended, begun }: Window): number {
    const isSame = (this.#after[place] ?? 0) < ended && (this.#until[place] ?? 0) >= ended;
    if (!isSame) this.#moveTo(place, ended);
    return (this.#until[place] ?? 0) < begun ? stepValues.unknown : (this.#values[place] ?? 0);
  }

  /** Id of the change since which something has been there, whatever it was: of a name that was just asked for. */
  arrivalAt(place: number): number {
    const { ids, values } = this.#steps[place] ?? noSteps;
    let at = (this.#ended[place] ?? 0) - 1;
    while (at > 0 && values[at - 1] !== stepValues.nothing) at--;
    return ids[at] ?? -1;
  }

  #moveTo(place: number, ended: number): void {
    const { ids, values } = this.#steps[place] ?? noSteps;
    const next = countBelowNear(ids, ended, this.#ended[place] ?? 0);
    this.#ended[place] = next;
    this.#after[place] = next === 0 ? -1 : (ids[next - 1] ?? -1);
    this.#until[place] = next === ids.length ? Infinity : (ids[next] ?? Infinity);
    this.#values[place] = next === 0 ? stepValues.nothing : (values[next - 1] ?? stepValues.nothing);
  }

  #showRun(first: number, end: number): void {
    let place = first < end ? countBelow(this.names, first) : 0;
    for (let name = first; name < end; name++) {
      if (this.names[place] !== name) this.strangers.add(name);
      else {
        this.#marks[place] = this.isShown(place) ? this.#mark + 1 : this.#mark;
        place++;
      }
    }
  }
}

const noSteps: Steps = { ids: [], values: [] };
const namesOfFolder = 0x10000;
