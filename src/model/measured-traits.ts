/** What a result is of, and what can be done with it. */
import type { Definition, Measured, Operation, Spread } from './measured.ts';
import type { Samples } from './samples.ts';

/**
 * What two results have to agree in to be of one test, in the order in which it is looked at: the rows of the table that a refused
 * merge prints. A value that the file doesn't give is empty and agrees with empty only.
 */
export function traitsOf({ tool, test, asked }: Measured): readonly Definition[] {
  return [
    { name: 'tool', value: tool },
    { name: 'test', value: test.name },
    { name: 'cycles', value: asked.cycles.join(', ') },
    { name: 'duration', value: asked.durationSeconds === undefined ? '' : `${asked.durationSeconds} s` },
    { name: 'target', value: asked.target ?? '' },
  ];
}

/** Whether percentiles of it and others together can be told. */
export function isMergeable({ kind }: Spread): boolean {
  return kind === 'samples' || kind === 'histogram';
}

/** Every single measurement of it; undefined where only less was kept. Only a tool that has one latency has those. */
export function samplesOf({ latencies }: Pick<Operation, 'latencies'>): Samples | undefined {
  for (const { spread } of latencies) if (spread.kind === 'samples') return spread.samples;
  return undefined;
}
