/** All files that a worker's tree ever had: which of them may still be there, and how long each was after which change. */
import { StepLog } from '../order/step-log.ts';
import { stepValues } from '../order/steps.ts';
import { forget, type MutableLife } from './life.ts';
import { PlaceTable } from './place-table.ts';
import { StepTable } from './step-table.ts';

export class Files {
  readonly #places = new PlaceTable();
  readonly #lives: MutableLife[] = [];
  readonly #sizes: StepLog;

  /** `changes`: as many as will be noted at most. */
  constructor(changes: number) {
    this.#sizes = new StepLog(changes);
  }

  /** Undefined where it is certainly gone. */
  get(incarnation: number): MutableLife | undefined {
    const life = this.#find(incarnation);
    return life?.isOver === false ? life : undefined;
  }

  add(life: MutableLife): void {
    life.place = this.#places.add(life.operation);
    life.lastSize = this.#lives[life.place]?.lastSize ?? stepValues.nothing;
    this.#lives[life.place] = life;
  }

  end(life: MutableLife): void {
    life.isOver = true;
    forget(life);
  }

  isOver(incarnation: number): boolean {
    return this.#find(incarnation)?.isOver === true;
  }

  noteSize(life: MutableLife, id: number): void {
    const size = life.isSizeKnown ? life.size : stepValues.unknown;
    if (size === life.lastSize) return;
    life.lastSize = size;
    this.#sizes.add(life.place, id, size);
  }

  sizes(): StepTable {
    return new StepTable(this.#places, this.#sizes.finish(this.#lives.length));
  }

  #find(incarnation: number): MutableLife | undefined {
    const place = this.#places.placeOf(incarnation);
    return place === undefined ? undefined : this.#lives[place];
  }
}
