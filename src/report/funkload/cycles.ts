/**
 * The cycles of a FunkLoad result as its own report sees them: tests, pages and requests of each, and every request by its
 * step. Of several nodes all is pooled, and each cycle has so many times the users.
 */
import { FunbricError } from '../../model/errors.ts';
import { samplesOf } from '../../model/measured-traits.ts';
import type { Measured, Operation } from '../../model/measured.ts';
import type { Samples } from '../../model/samples.ts';
import { Sums } from './sums.ts';

export interface FunkloadCycle {
  readonly index: number;
  readonly users: number;
  /** Each is missing where no such thing is in the result: a cycle in which no test ended has no row of tests. */
  readonly tests: Sums | undefined;
  readonly pages: Sums | undefined;
  readonly requests: Sums | undefined;
  /** By `step.number`, in that order. */
  readonly steps: ReadonlyMap<string, FunkloadStep>;
}

export interface FunkloadStep {
  readonly step: string;
  readonly number: string;
  readonly type: string;
  readonly url: string;
  readonly description: string;
  readonly sums: Sums;
}

export function cyclesOf(nodes: readonly Measured[]): readonly FunkloadCycle[] {
  const operations = nodes.flatMap((node) => node.operations);
  if (operations.some(({ cycle }) => cycle === undefined)) {
    throw new FunbricError('input', 'a result with more than 256 cycles: they can not be told from each other', {
      hint: 'no bench has so many: look at what wrote the file',
    });
  }
  const indexes = new Set(operations.flatMap(({ cycle }) => (cycle === undefined ? [] : [cycle.index])));
  return [...indexes]
    .toSorted((a, b) => a - b)
    .map((index) =>
      cycleOf(
        operations.filter(({ cycle }) => cycle?.index === index),
        { index, nodes: nodes.length },
      ),
    );
}

function cycleOf(
  operations: readonly Operation[],
  { index, nodes }: { readonly index: number; readonly nodes: number },
): FunkloadCycle {
  const of = (kind: Operation['kind']): readonly Operation[] => operations.filter((each) => each.kind === kind);
  const requests = of('request');
  const users = operations.reduce((most, { cycle }) => Math.max(most, cycle?.users ?? 0), 0);
  return {
    index,
    users: users * nodes,
    tests: of('test').length === 0 ? undefined : summed(of('test')),
    pages: requests.length === 0 ? undefined : pagesOf(of('page'), requests),
    requests: requests.length === 0 ? undefined : allOf(requests),
    steps: stepsOf(requests),
  };
}

function summed(operations: readonly Operation[]): Sums {
  const sums = new Sums();
  for (const operation of operations) sums.addSuccessful(allSamplesOf(operation));
  return sums;
}

/** Their Apdex is of the requests that belong to pages, one by one. */
function pagesOf(pages: readonly Operation[], requests: readonly Operation[]): Sums {
  const sums = summed(pages);
  for (const request of requests) {
    if (labelOf(request, 'page') !== 'none') sums.judge(allSamplesOf(request));
  }
  return sums;
}

function allOf(requests: readonly Operation[]): Sums {
  const sums = new Sums();
  for (const request of requests) sums.addAll(allSamplesOf(request));
  return sums;
}

function stepsOf(requests: readonly Operation[]): ReadonlyMap<string, FunkloadStep> {
  const steps = new Map<string, FunkloadStep>();
  for (const request of requests) {
    const [step, number, type, url, description] = ['step', 'number', 'type', 'url', 'description'].map((name) =>
      labelOf(request, name),
    );
    const key = `${step ?? ''}.${number ?? ''}`;
    const known = steps.get(key) ?? {
      step: step ?? '',
      number: number ?? '',
      type: type ?? '',
      url: url ?? '',
      description: description ?? '',
      sums: new Sums(),
    };
    steps.set(key, known);
    known.sums.addAll(allSamplesOf(request));
  }
  return new Map([...steps].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function labelOf({ labels }: Operation, wanted: string): string | undefined {
  return labels.find(({ name }) => name === wanted)?.value;
}

/** Percentiles and peaks to the digit need each of them. */
function allSamplesOf(operation: Operation): Samples {
  const samples = samplesOf(operation);
  if (samples !== undefined) return samples;
  throw new FunbricError('input', 'too many measurements to show them as FunkLoad does: they were kept as histograms', {
    hint: 'the main view shows them: funbric report --view main',
  });
}
