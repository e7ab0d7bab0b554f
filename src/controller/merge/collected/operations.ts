/**
 * Operations of all results, those that are the same as one: their counts added, their latencies merged, their rate that of
 * the time in which all hosts were at it.
 */
import { compareNatural } from '../../../model/fold-nodeset.ts';
import type { Definition, OperationKind, Window } from '../../../model/measured.ts';
import type { HostOperation, MergedOperation, RunHost } from '../../../model/run.ts';
import { countedOnce } from '../../../model/run-operations.ts';
import { round } from '../round.ts';
import type { HeldOperation } from './held-result.ts';
import { latenciesOf, latencyOf, percentilesOf } from './latencies.ts';
import { countWithin, overlapOf, union, windowsOf, type BroughtResult } from './overlap.ts';

/** An operation over all results that have it. */
export interface SharedOperation {
  readonly key: string;
  /** Which of several that are the same in a result, from 1: clones of a job. */
  readonly turn: number;
  readonly kind: OperationKind;
  readonly called: string;
  readonly labels: readonly Definition[];
  readonly cycle: HeldOperation['cycle'];
  readonly parts: readonly SharedPart[];
  /** In which its rate is counted. */
  readonly within: Window | undefined;
}

export interface SharedPart {
  readonly brought: BroughtResult;
  readonly operation: HeldOperation;
}

/** In an order that is the same whatever the order of the hosts. */
export function shareOperations(brought: readonly BroughtResult[]): readonly SharedOperation[] {
  const byKey = new Map<string, { readonly turn: number; readonly parts: SharedPart[] }>();
  for (const result of brought) {
    const seen = new Map<string, number>();
    for (const operation of result.held.operations) {
      const same = identityOf(result.held.tool, operation);
      const turn = seen.get(same) ?? 0;
      seen.set(same, turn + 1);
      const key = `${same} ${turn}`;
      const parts = byKey.get(key)?.parts ?? [];
      byKey.set(key, { turn: turn + 1, parts });
      parts.push({ brought: result, operation });
    }
  }
  const overlaps = new Overlaps(brought);
  const shared = Array.from(byKey, ([key, { turn, parts }]): SharedOperation => {
    const [first] = parts.map(({ operation }) => operation).toSorted((a, b) => compareText(wordsOf(a), wordsOf(b)));
    const { kind = 'operation', name = '', labels = [], cycle } = first ?? {};
    return { key, turn, kind, called: name, labels, cycle, parts, within: overlaps.of(cycle?.index) };
  });
  return shared.toSorted((a, b) => compare(a, b));
}

/**
 * What a test does as its third step is the same on all hosts, whatever they call it: addresses may name the user. Elsewhere
 * name and labels are all there is.
 */
function identityOf(tool: string, { kind, name, cycle, labels }: HeldOperation): string {
  const places = labels.filter((label) => placeLabels.has(label.name));
  const isPlaced = kind !== 'test' && labels.some((label) => label.name === 'step');
  return JSON.stringify([tool, kind, cycle?.index, isPlaced ? places : [name, labels]]);
}

const placeLabels: ReadonlySet<string> = new Set(['step', 'number', 'page']);

function wordsOf({ name, labels }: HeldOperation): string {
  return JSON.stringify([name, labels]);
}

const kinds: readonly OperationKind[] = ['test', 'page', 'request', 'part', 'io', 'operation'];

function compare(a: SharedOperation, b: SharedOperation): number {
  return (
    kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
    (a.cycle?.index ?? 0) - (b.cycle?.index ?? 0) ||
    compareNatural(placeOf(a), placeOf(b)) ||
    compareNatural(a.called, b.called) ||
    compareText(a.key, b.key)
  );
}

function placeOf({ labels }: SharedOperation): string {
  return labels.flatMap(({ name, value }) => (placeLabels.has(name) ? [value] : [])).join(' ');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The times that all hosts have in common, worked out once a cycle. */
class Overlaps {
  readonly #brought: readonly BroughtResult[];
  readonly #byCycle = new Map<number | undefined, Window | undefined>();

  constructor(brought: readonly BroughtResult[]) {
    this.#brought = brought;
  }

  of(cycle: number | undefined): Window | undefined {
    if (!this.#byCycle.has(cycle)) this.#byCycle.set(cycle, overlapOf(this.#windows(cycle)));
    return this.#byCycle.get(cycle);
  }

  #windows(cycle: number | undefined): readonly Window[] {
    if (cycle === undefined) return Array.from(windowsOf(this.#brought).values(), ({ window }) => window);
    const windows = new Map<number, Window>();
    for (const { host, held } of this.#brought) {
      for (const { cycle: own, window } of held.operations) {
        if (own?.index !== cycle || window === undefined) continue;
        windows.set(host, union(windows.get(host) ?? window, window));
      }
    }
    return [...windows.values()];
  }
}

export function mergeShared(shared: readonly SharedOperation[]): MergedOperation[] {
  const names = uniqueNames(shared);
  return shared.map((one, at) => {
    const { parts } = one;
    const sum = (pick: (operation: HeldOperation) => number): number =>
      parts.reduce((total, { operation }) => total + pick(operation), 0);
    const errors = sum(({ failed }) => failed);
    return {
      ...placeOfRow(one, names[at] ?? one.called),
      count: sum(({ count }) => count),
      errors,
      errorsByName: errors === 0 ? {} : { failed: errors },
      bytes: sum(({ bytes }) => bytes ?? 0),
      perSecond: round(parts.reduce((total, part) => total + rateOf(part, one.within), 0)),
      ...latenciesOf(parts.map(({ brought, operation }) => ({ host: brought.name, operation }))),
    };
  });
}

/** Two of the same are told apart by what differs: users of the cycle, place, kind. */
export function uniqueNames(shared: readonly SharedOperation[]): readonly string[] {
  const hasCycles = new Set(shared.map(({ cycle }) => cycle?.index)).size > 1;
  let names = shared.map(({ called, cycle }) =>
    hasCycles && cycle !== undefined ? `${called}, cycle ${cycle.index} (${cycle.users} users)` : called,
  );
  const ways: ((one: SharedOperation) => string)[] = [
    ({ kind }) => kind,
    ({ labels }) => labels.flatMap(({ name, value }) => (name === 'url' ? [] : [`${name} ${value}`])).join(', '),
    ({ turn }) => `clone ${turn}`,
    ({ key }) => key,
  ];
  for (const tell of ways) {
    const uneven = unevenKinds(shared, names, tell);
    names = shared.map((one, at) => {
      const words = uneven.has(one.kind) ? tell(one) : '';
      return [names[at] ?? '', words].filter((word) => word !== '').join(', ');
    });
  }
  return names;
}

/** The kinds of which two have the same name, and that this would tell apart: then all of the kind are called so. */
function unevenKinds(
  shared: readonly SharedOperation[],
  names: readonly string[],
  tell: (one: SharedOperation) => string,
): ReadonlySet<OperationKind> {
  const byName = new Map<string, SharedOperation[]>();
  for (const [at, one] of shared.entries()) {
    const name = names[at] ?? '';
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  const alike = [...byName.values()].filter((same) => new Set(same.map(tell)).size > 1);
  return new Set(alike.flat().map(({ kind }) => kind));
}

function placeOfRow(
  { kind, called, cycle, labels }: SharedOperation,
  name: string,
): Pick<MergedOperation, 'name' | 'kind' | 'called' | 'cycle' | 'labels'> {
  return { name, called, kind, ...(cycle === undefined ? {} : { cycle }), labels: [...labels] };
}

/** Of one host: in the common time, else in its own. What the tool ran itself counts over how long that took. */
function rateOf({ operation, brought: { held } }: SharedPart, within: Window | undefined): number {
  const { count, runtimeSeconds } = operation;
  if (runtimeSeconds !== undefined && runtimeSeconds > 0) return count / runtimeSeconds;
  const time = within ?? operation.window ?? held.window;
  if (time === undefined || time.toMs <= time.fromMs) return 0;
  return ((countWithin(operation, time, held.window) ?? 0) * 1000) / (time.toMs - time.fromMs);
}

/** Of all hosts together, so that one run.json stays readable; the merged operations are always there. */
const maxHostRows = 100_000;

/** What one host did, by operation and in all. `hosts`: how many there are; `whole`: the time that all have in common. */
export function hostFigures(
  shared: readonly SharedOperation[],
  merged: readonly MergedOperation[],
  { host, hosts, whole }: { readonly host: number; readonly hosts: number; readonly whole: Window | undefined },
): Pick<RunHost, 'operations' | 'errors' | 'bytes' | 'perSecond' | 'byOperation'> {
  const most = Math.max(1, Math.floor(maxHostRows / hosts));
  const own = shared.flatMap((one, at) => {
    const parts = one.parts.filter(({ brought }) => brought.host === host);
    return parts.length === 0 ? [] : [{ kind: one.kind, one, parts, name: merged[at]?.name ?? one.called }];
  });
  const counted = countedOnce(own);
  const sum = (pick: (part: SharedPart) => number): number =>
    counted.reduce((total, { parts }) => total + parts.reduce((all, part) => all + pick(part), 0), 0);
  return {
    operations: sum(({ operation }) => operation.count),
    errors: sum(({ operation }) => operation.failed),
    bytes: sum(({ operation }) => operation.bytes ?? 0),
    perSecond: round(sum((part) => rateOf(part, whole))),
    byOperation: own.slice(0, most).map(({ one, parts, name }) => hostOperation(one, parts, name)),
  };
}

function hostOperation(one: SharedOperation, parts: readonly SharedPart[], name: string): HostOperation {
  const figures = latenciesOf(parts.map(({ brought, operation }) => ({ host: brought.name, operation })));
  const [only, second] = parts;
  const stated =
    only === undefined || second !== undefined
      ? []
      : percentilesOf(latencyOf(only.operation, figures.latencyOf ?? 'total'));
  return {
    ...placeOfRow(one, name),
    count: parts.reduce((total, { operation }) => total + operation.count, 0),
    errors: parts.reduce((total, { operation }) => total + operation.failed, 0),
    bytes: parts.reduce((total, { operation }) => total + (operation.bytes ?? 0), 0),
    perSecond: round(parts.reduce((total, part) => total + rateOf(part, one.within), 0)),
    p50Us: figures.p50Us,
    p99Us: figures.p99Us,
    ...(stated.length === 0
      ? {}
      : { percentiles: stated.map(([percent, ns]): [number, number] => [percent, round(ns / 1000)]) }),
  };
}
