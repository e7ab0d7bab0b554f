/** Failures of one file while it is read, those that look the same together. */
import type { ErrorGroup } from '../model/measured.ts';
import type { Budget } from './budget.ts';
import { clip } from './clip.ts';

export interface Failure {
  readonly what: string;
  readonly code: string;
  readonly message: string;
  readonly operation: string;
  readonly atMs?: number;
  /** All that the file says of it. */
  readonly example: string;
}

const maxExamples = 3;

export class ErrorTally {
  readonly #budget: Budget;
  readonly #groups = new Map<string, Group>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  add(failure: Failure): void {
    const group = this.#groupOf(failure);
    group.count++;
    if (failure.atMs !== undefined) {
      group.firstMs = Math.min(group.firstMs, failure.atMs);
      group.lastMs = Math.max(group.lastMs, failure.atMs);
    }
    if (group.examples.length < maxExamples && failure.example !== '') group.examples.push(clip(failure.example));
  }

  list(): readonly ErrorGroup[] {
    return [...this.#groups.values()].map(finished);
  }

  #groupOf({ what, code, message, operation }: Failure): Group {
    const named = { what: clip(what), code: clip(code), message: clip(message), operation: clip(operation) };
    const key = JSON.stringify(named);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#budget.failures > 0) {
      this.#budget.failures--;
      return this.#begin(key, named);
    }
    return this.#groups.get('') ?? this.#begin('', { what: '(others)', code: '', message: '', operation: '' });
  }

  #begin(key: string, named: Pick<ErrorGroup, 'what' | 'code' | 'message' | 'operation'>): Group {
    const group: Group = { ...named, count: 0, firstMs: Infinity, lastMs: -Infinity, examples: [] };
    this.#groups.set(key, group);
    return group;
  }
}

type Group = Pick<ErrorGroup, 'what' | 'code' | 'message' | 'operation'> & {
  count: number;
  firstMs: number;
  lastMs: number;
  readonly examples: string[];
};

function finished({ firstMs, lastMs, ...group }: Group): ErrorGroup {
  return firstMs <= lastMs ? { ...group, firstMs, lastMs } : group;
}
