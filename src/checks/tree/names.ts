/** All names that a worker's tree ever used: what is at each, what was there after which change, and what may ever come there. */
import { StepLog } from '../order/step-log.ts';
import { stepValues, type Steps } from '../order/steps.ts';
import type { MutableLife } from './life.ts';
import { PlaceTable } from './place-table.ts';
import { StepTable } from './step-table.ts';
import type { NameState } from './tree.ts';

export interface MutableName extends NameState {
  readonly number: number;
  life: MutableLife | undefined;
  isFolder: boolean;
  isClouded: boolean;
  readonly bound: Set<number>;
  changed: number;
  steps: Steps;
  fileSynced: number;
  /** Among the names, from 0. */
  readonly place: number;
  /** What its last step left there. */
  there: number;
}

export class Names {
  readonly #places = new PlaceTable();
  readonly #all: MutableName[] = [];
  readonly #steps: StepLog;
  /** Whatever is ever at the first name may come to the second. */
  readonly #leaks: (readonly [from: MutableName, to: MutableName])[] = [];

  /** `changes`: as many as will be noted at most. */
  constructor(changes: number) {
    this.#steps = new StepLog(changes);
  }

  known(number: number): MutableName | undefined {
    const place = this.#places.placeOf(number);
    return place === undefined ? undefined : this.#all[place];
  }

  get(number: number): MutableName {
    const place = this.#places.add(number);
    const known = this.#all[place];
    if (known !== undefined) return known;
    const fresh: MutableName = {
      number,
      life: undefined,
      isFolder: false,
      isClouded: false,
      bound: new Set(),
      changed: -1,
      steps: noSteps,
      fileSynced: -1,
      place,
      there: stepValues.nothing,
    };
    this.#all.push(fresh);
    return fresh;
  }

  /** What is there now. */
  note(name: MutableName, id: number): void {
    const certain = name.isFolder ? stepValues.folder : (name.life?.operation ?? stepValues.nothing);
    const there = name.isClouded ? stepValues.unknown : certain;
    if (there === name.there) return;
    name.there = there;
    this.#steps.add(name.place, id, there);
  }

  leak(from: MutableName, to: MutableName): void {
    this.#leaks.push([from, to]);
  }

  finish(): { readonly names: ReadonlyMap<number, MutableName>; readonly steady: StepTable } {
    this.#spreadLeaks();
    const steps = this.#steps.finish(this.#all.length);
    const names = new Map<number, MutableName>();
    for (const name of this.#all) {
      name.steps = steps.of(name.place);
      names.set(name.number, name);
    }
    return { names, steady: new StepTable(this.#places, steps) };
  }

  /** Until nothing changes: names only gain, so it ends. */
  #spreadLeaks(): void {
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const [from, to] of this.#leaks) {
        const before = to.bound.size;
        for (const operation of from.bound) to.bound.add(operation);
        isChanged ||= to.bound.size > before;
      }
    }
  }
}

const noSteps: Steps = { ids: [], values: [] };
