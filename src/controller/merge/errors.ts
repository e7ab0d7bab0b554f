/**
 * Errors grouped by operation and errno. The agents say how many, since they know which errors the workload expects; the
 * journals say when the first and the last came, and on which files.
 */
import { continuedKinds } from '../../checks/journal/kinds.ts';
import { stressPhase } from '../../checks/journal/phases.ts';
import type { BlockSegment } from '../../checks/journal/record-log.ts';
import { errnoNameOf } from '../../model/errno.ts';
import { pathOf } from '../../model/namespace.ts';
import { kindName, layout, outcomes, readRecord, type JournalRecord } from '../../model/record.ts';
import type { ErrorGroup } from '../../model/run.ts';
import { round } from './round.ts';
import type { HostTiming, RunAxis } from './timing.ts';

const maxExamples = 3;

/** The errors of one kind that one host's journal has of stress. */
export interface ErrorSighting {
  readonly operation: string;
  readonly error: string;
  /** On the run's axis, where the host's clock is known. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly examples: readonly { readonly file: string; readonly atMs: number | undefined }[];
}

/** Of one host: takes the blocks of its journal. */
export class ErrorSightings {
  readonly #of: RunAxis & { readonly platform: string };
  /** By kind and errno. */
  readonly #known = new Map<number, Sighted>();

  constructor(of: RunAxis & { readonly platform: string }) {
    this.#of = of;
  }

  /** `rare`: places among which all errors are. */
  take({ phase, views }: BlockSegment, rare: readonly number[]): void {
    if (phase !== stressPhase) return;
    for (const at of rare) {
      if (views.u8[at * 64 + layout.outcome] !== outcomes.error) continue;
      const kind = views.u8[at * 64 + layout.kind] ?? 0;
      // Further records of one operation that failed once.
      if (continuedKinds.has(kind)) continue;
      this.#take(readRecord(views, at));
    }
  }

  finish(): readonly ErrorSighting[] {
    return [...this.#known.values()].map(({ kind, errno, firstNs, lastNs, examples }) => ({
      operation: kindName(kind),
      error: errnoNameOf(errno, this.#of.platform),
      firstMs: this.#atMs(firstNs),
      lastMs: this.#atMs(lastNs),
      examples,
    }));
  }

  #take({ kind, errno, owner, name, endNs }: JournalRecord): void {
    const key = kind * 0x10000 + errno;
    const known = this.#known.get(key) ?? { kind, errno, firstNs: endNs, lastNs: endNs, examples: [] };
    this.#known.set(key, known);
    known.firstNs = Math.min(known.firstNs, endNs);
    known.lastNs = Math.max(known.lastNs, endNs);
    if (known.examples.length < maxExamples)
      known.examples.push({ file: pathOf(owner, name), atMs: this.#atMs(endNs) });
  }

  #atMs(hostNs: number): number | undefined {
    const there = this.#of.toController(hostNs);
    return there === undefined ? undefined : round((there - this.#of.zeroNs) / 1e6);
  }
}

interface Sighted {
  readonly kind: number;
  readonly errno: number;
  firstNs: number;
  lastNs: number;
  readonly examples: { readonly file: string; readonly atMs: number | undefined }[];
}

/** `sightings`: by host. */
export function mergeErrors(
  timings: readonly HostTiming[],
  sightings: readonly (readonly ErrorSighting[])[],
): ErrorGroup[] {
  const groups = countErrors(timings);
  for (const [index, ofHost] of sightings.entries()) {
    const host = timings[index]?.result.name ?? '';
    for (const { operation, error, firstMs, lastMs, examples } of ofHost) {
      const group = groups.get(keyOf(operation, error));
      if (group?.hosts.includes(host) !== true) continue;
      if (firstMs !== undefined) group.firstMs = Math.min(group.firstMs ?? firstMs, firstMs);
      if (lastMs !== undefined) group.lastMs = Math.max(group.lastMs ?? lastMs, lastMs);
      for (const { file, atMs } of examples) sight(group, { host, file, ...(atMs === undefined ? {} : { atMs }) });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || order(a, b));
}

/** The same run has the same order, also where counts are equal. */
function order(a: ErrorGroup, b: ErrorGroup): number {
  return keyOf(a.operation, a.error) < keyOf(b.operation, b.error) ? -1 : 1;
}

function keyOf(operation: string, error: string): string {
  return `${operation} ${error}`;
}

function countErrors(timings: readonly HostTiming[]): Map<string, ErrorGroup> {
  const groups = new Map<string, ErrorGroup>();
  for (const { result } of timings) {
    for (const { name: operation, errors } of result.agent?.operations ?? []) {
      for (const [error, count] of Object.entries(errors)) {
        const key = keyOf(operation, error);
        const group = groups.get(key) ?? { operation, error, count: 0, hosts: [], examples: [] };
        group.count += count;
        if (!group.hosts.includes(result.name)) group.hosts.push(result.name);
        groups.set(key, group);
      }
    }
  }
  return groups;
}

/** Hosts are looked at one after another; an example of another host is worth more than a second one of the same. */
function sight(group: ErrorGroup, example: ErrorGroup['examples'][number]): void {
  const { examples } = group;
  if (examples.length < maxExamples) examples.push(example);
  else if (examples.every(({ host }) => host !== example.host)) {
    const double = examples.findIndex(({ host }, place) => examples.findIndex((one) => one.host === host) < place);
    if (double >= 0) examples[double] = example;
  }
}
