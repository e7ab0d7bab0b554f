/** How long a file certainly was all the time that an operation looked at its name. */
import type { History } from '../history.ts';
import { isKnownToItsEnd } from '../tree/known-part.ts';
import type { Segment, Slice } from '../journal/record-log.ts';
import { windowOf } from '../order/order.ts';
import { countBelow, steadyValue } from '../order/steps.ts';

export interface SteadySize {
  readonly incarnation: number;
  readonly size: number;
  /** Id of the change that left the size. */
  readonly sizedBy: number | undefined;
}

/** Of the operations on one tree, one after the other. */
export class SteadySizes {
  readonly #tags: Uint8Array;
  readonly #tree: ReturnType<History['tree']>;
  readonly #registers: ReturnType<History['registers']>;
  readonly #looks: ReturnType<History['looks']>;
  readonly #order: ReturnType<History['order']>;

  constructor(history: History, owner: number) {
    this.#tags = history.log.tags;
    this.#tree = history.tree(owner);
    this.#registers = history.registers(owner);
    this.#looks = history.looks(owner);
    this.#order = history.order(owner);
  }

  /** The few operations of a block, of these kinds, that showed another size. */
  othersIn({ start, end }: Slice, kinds: Uint8Array): readonly number[] {
    const others: number[] = [];
    for (let id = start; id < end; id++) {
      if (this.#looks.isOtherSize(id) && kinds[this.#tags[id] ?? 0] === 1) others.push(id);
    }
    return others;
  }

  /** Of an operation that showed another size; undefined where what is known of the file may yet be taken back. */
  find(segment: Segment, at: number): SteadySize | undefined {
    const id = segment.firstId + at;
    const incarnation = this.#looks.isOtherSize(id) ? this.#looks.fileAt(id) : undefined;
    const sizes = incarnation === undefined ? undefined : this.#tree.sizes.of(incarnation);
    if (incarnation === undefined || sizes === undefined) return undefined;
    const window = windowOf(this.#order, segment, at);
    const size = steadyValue(sizes, window);
    if (size === undefined) return undefined;
    // A copy may yet come to doubt by its source.
    const isCopy = this.#tree.copies.has(incarnation);
    if (!this.#tree.isWhole && (isCopy || !isKnownToItsEnd(this.#tree, incarnation, window))) return undefined;
    // What an error reported later may have lost was perhaps gone already.
    const file = this.#registers.placeOf(incarnation);
    if (file !== undefined && this.#registers.isSound[file] === 0) return undefined;
    if (this.#tree.copies.get(incarnation)?.isDoubted === true) return undefined;
    return { incarnation, size, sizedBy: sizes.ids[countBelow(sizes.ids, window.ended) - 1] };
  }
}
