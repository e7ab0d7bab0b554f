/**
 * An arena is a tree below the run's folder that belongs to all workers of all hosts. Each has rules of its own of who may
 * do what, so that what they did there at the same time can be judged. An arena is one file, and its line in registry.ts.
 */
import type { Arena } from '../../model/namespace.ts';
import type { StressOptions } from '../stress-options.ts';

export interface ArenaRules {
  readonly arena: Arena;
  /** One worker's part in it. */
  open(options: ArenaOptions): ArenaWorker;
}

export interface ArenaWorker {
  step(): void;
  /** After the last step. */
  endStress?(): void;
  /** Before its worker reads anything back; one of each host looks for all of it. */
  verify?(isLooking: boolean): void;
  /** After its worker has verified. */
  close?(): void;
}

export interface ArenaOptions extends Pick<
  StressOptions,
  'spec' | 'random' | 'worker' | 'runPath' | 'operations' | 'trace' | 'content'
> {
  /** Of the arena, in records; see ownerOfArena. */
  readonly owner: number;
  /** All of the run; only this host's where hosts have directories of their own. */
  readonly workers: number;
  readonly runTag: number;
  readonly isStopped: () => boolean;
}
