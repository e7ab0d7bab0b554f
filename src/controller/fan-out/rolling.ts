/** Hosts in batches, one after the other, and a bound on how many may fail before no further one begins. */
import type { HostStatus } from '../../model/result.ts';
import type { Rolling } from '../../model/plan.ts';

/** So many hosts, or a share of them. */
export type Amount =
  | { readonly kind: 'hosts'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number };

/** `3`, `10%`. */
export function parseAmount(text: string): Amount | undefined {
  const [, number = '', percent] = /^(\d{1,6}(?:\.\d+)?)(%)?$/.exec(text.trim()) ?? [];
  if (number === '') return undefined;
  if (percent !== undefined) return Number(number) <= 100 ? { kind: 'share', share: Number(number) / 100 } : undefined;
  return number.includes('.') ? undefined : { kind: 'hosts', count: Number(number) };
}

/** What --batch and --max-fail say of so many hosts. The last batch repeats; a share is at least one host. */
export function rollingOf(batches: readonly Amount[], maxFail: Amount | undefined, hosts: number): Rolling | undefined {
  if (batches.length === 0 && maxFail === undefined) return undefined;
  const sizes: number[] = [];
  for (let left = hosts; left > 0; left -= sizes.at(-1) ?? left) {
    const amount = batches[Math.min(sizes.length, batches.length - 1)];
    sizes.push(Math.min(left, amount === undefined ? left : Math.max(1, countOf(amount, hosts))));
  }
  return { batches: sizes, ...(maxFail === undefined ? {} : { maxFailed: countOf(maxFail, hosts) }) };
}

/** Rounded down: of 25 hosts 10% are 2, and 3 are more than 10%. Not by a hair, though: 0.29 x 100 is 28.999999999999996. */
function countOf(amount: Amount, hosts: number): number {
  return amount.kind === 'hosts' ? amount.count : Math.floor(amount.share * hosts + 1e-9);
}

export interface Batch<T> {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly hosts: readonly T[];
}

/** All hosts are one batch where nothing else is said. */
export function batchesOf<T>(hosts: readonly T[], rolling: Rolling | undefined): readonly Batch<T>[] {
  const sizes = rolling?.batches ?? [hosts.length];
  let start = 0;
  return sizes.map((size, at) => {
    start += size;
    return { number: at + 1, of: sizes.length, hosts: hosts.slice(start - size, start) };
  });
}

/** Counts what fails, and says when it is too much. */
export class FailureBound {
  readonly #maxFailed: number | undefined;
  #failed = 0;
  #reason: string | undefined;

  constructor(rolling: Rolling | undefined) {
    this.#maxFailed = rolling?.maxFailed;
  }

  /** Why no further host may begin. */
  get reason(): string | undefined {
    return this.#reason;
  }

  note(status: HostStatus): void {
    if (status === 'completed') return;
    this.#failed++;
    if (this.#maxFailed === undefined || this.#failed <= this.#maxFailed) return;
    this.#reason ??= `--max-fail allows ${this.#maxFailed}, and ${this.#failed} failed`;
  }

  /** A batch in which nothing succeeded is the last, whatever --max-fail says: the next one would hardly fare better. */
  endBatch({ number, of, hosts }: Batch<unknown>, statuses: readonly HostStatus[]): void {
    if (of === 1 || hosts.length === 0 || statuses.includes('completed')) return;
    this.#reason ??=
      hosts.length === 1 ? `the host of batch ${number} failed` : `all ${hosts.length} hosts of batch ${number} failed`;
  }
}
