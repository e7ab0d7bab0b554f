/**
 * An arena is a tree below the run's folder that belongs to all workers of all hosts. Each has rules of its own of who may
 * do what, so that what they did there at the same time can be judged. An arena is one file, and its line in registry.ts.
 */
import type { Arena } from '../../model/namespace.ts';
import type { StressOptions } from '../stress-options.ts';

export interface ArenaRules {
  readonly arena: Arena;
  /** One worker's part in it. */
  open(options: ArenaOptions): { readonly step: () => void };
}

export interface ArenaOptions extends Pick<
  StressOptions,
  'spec' | 'random' | 'worker' | 'runPath' | 'operations' | 'trace' | 'content'
> {
  /** Of the arena, in records; see ownerOfArena. */
  readonly owner: number;
  /** All of the run; only this host's where hosts have directories of their own. */
  readonly workers: number;
}
