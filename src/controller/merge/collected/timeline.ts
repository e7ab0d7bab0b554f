/** What all hosts did each second, where every single operation is known: by their own clocks, so no finer than these agree. */
import { samplesOf } from '../../../model/measured-traits.ts';
import type { TimelineStep } from '../../../model/run.ts';
import { countedOnce } from '../../../model/run-operations.ts';
import type { HeldOperation } from './held-result.ts';
import type { BroughtResult } from './overlap.ts';

/** A day: what says that it took longer is no time of one test. */
const maxSteps = 86_400;

interface Step {
  operations: number;
  errors: number;
  readonly hosts: Set<number>;
}

/** `zeroMs`: of the run, ms since 1970. */
export function collectedTimeline(brought: readonly BroughtResult[], zeroMs: number): readonly TimelineStep[] {
  const steps = new Map<number, Step>();
  for (const { host, held } of brought) {
    for (const operation of countedOnce(held.operations)) {
      eachSecond(operation, zeroMs, (at, operations, errors) => {
        if (at < 0 || at >= maxSteps) return;
        const step = steps.get(at) ?? { operations: 0, errors: 0, hosts: new Set() };
        steps.set(at, step);
        step.operations += operations;
        step.errors += errors;
        step.hosts.add(host);
      });
    }
  }
  const last = [...steps.keys()].reduce((most, at) => Math.max(most, at), -1);
  // A second in which nothing ended is a fact, too.
  return Array.from({ length: last + 1 }, (_, at) => {
    const { operations = 0, errors = 0, hosts } = steps.get(at) ?? {};
    return {
      startMs: at * 1000,
      operationsPerSecond: operations,
      errorsPerSecond: errors,
      bytesPerSecond: 0,
      hosts: hosts?.size ?? 0,
    };
  });
}

/** By when operations ended. */
function eachSecond(
  operation: HeldOperation,
  zeroMs: number,
  tell: (second: number, operations: number, errors: number) => void,
): void {
  const { seconds } = operation;
  if (seconds !== undefined) {
    const shift = Math.round(seconds.first - zeroMs / 1000);
    for (const [at, count] of seconds.counts.entries()) {
      if (count > 0) tell(shift + at, count, seconds.failed[at] ?? 0);
    }
    return;
  }
  const samples = samplesOf(operation);
  if (samples === undefined) return;
  const { startSeconds, seconds: lasting, outcomes } = samples;
  const zero = zeroMs / 1000;
  for (let at = 0; at < lasting.length; at++) {
    tell(Math.floor((startSeconds[at] ?? 0) + (lasting[at] ?? 0) - zero), 1, outcomes[at] === 0 ? 0 : 1);
  }
}
