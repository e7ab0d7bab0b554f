/** Steps by name, or by incarnation, for those who ask what was there, or how long it was, a million times. */
import type { StepColumns } from '../order/step-log.ts';
import { stepValues, type Steps } from '../order/steps.ts';
import type { PlaceTable } from './place-table.ts';

export class StepTable {
  readonly #places: PlaceTable;
  readonly #steps: StepColumns;

  /** `steps`: by place. */
  constructor(places: PlaceTable, steps: StepColumns) {
    this.#places = places;
    this.#steps = steps;
  }

  of(key: number): Steps | undefined {
    const place = this.#places.placeOf(key);
    return place === undefined ? undefined : this.#steps.of(place);
  }

  /** What was there throughout; `unknown` also where it may have changed, or nothing is told of it. */
  steadyAt(key: number, ended: number, begun: number): number {
    const place = this.#places.placeOf(key);
    return place === undefined ? stepValues.unknown : this.#steps.steadyAt(place, ended, begun);
  }
}
