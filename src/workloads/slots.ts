/**
 * The places of a tree for one kind of name: free, taken, or avoided because nobody can say what is there. Drawing one
 * of the free or taken takes the same time however many there are, and the order depends on nothing but what was done.
 */
import type { Random } from '../model/random.ts';

export class Slots {
  /** Free ones first, then taken ones, then avoided ones. */
  readonly #order: Uint32Array;
  readonly #position: Uint32Array;
  #free: number;
  #known: number;

  constructor(count: number) {
    this.#order = Uint32Array.from({ length: count }, (_, slot) => slot);
    this.#position = this.#order.slice();
    this.#free = count;
    this.#known = count;
  }

  get free(): number {
    return this.#free;
  }

  get taken(): number {
    return this.#known - this.#free;
  }

  get all(): number {
    return this.#order.length;
  }

  pickFree(random: Random): number {
    return this.#order[random.below(this.#free)] ?? 0;
  }

  pickTaken(random: Random): number {
    return this.#order[this.#free + random.below(this.taken)] ?? 0;
  }

  /** One of the others that are taken, of which there must be one. */
  pickOtherTaken(random: Random, slot: number): number {
    const at = this.#free + random.below(this.taken - 1);
    return this.#order[at < this.#at(slot) ? at : at + 1] ?? 0;
  }

  isTaken(slot: number): boolean {
    const at = this.#at(slot);
    return at >= this.#free && at < this.#known;
  }

  take(slot: number): void {
    if (this.#at(slot) < this.#free) this.#swap(slot, --this.#free);
  }

  release(slot: number): void {
    const at = this.#at(slot);
    if (at >= this.#free && at < this.#known) this.#swap(slot, this.#free++);
  }

  avoid(slot: number): void {
    this.take(slot);
    if (this.#at(slot) < this.#known) this.#swap(slot, --this.#known);
  }

  #at(slot: number): number {
    return this.#position[slot] ?? 0;
  }

  #swap(slot: number, to: number): void {
    const from = this.#at(slot);
    const other = this.#order[to] ?? 0;
    this.#order[to] = slot;
    this.#order[from] = other;
    this.#position[slot] = to;
    this.#position[other] = from;
  }
}
