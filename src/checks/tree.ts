/** What the operations of one worker allow its tree to be: what replay.ts works out and checks ask. */
import type { Life } from './life.ts';
import type { Copies } from './lineage.ts';
import type { Steps } from './steps.ts';

/** A name of the tree that was ever used. */
export interface NameState {
  /** The file that must be there, unless clouded. */
  readonly life: Life | undefined;
  /** A sub-folder must be there, unless clouded. */
  readonly isFolder: boolean;
  readonly isClouded: boolean;
  /** Every incarnation that was ever possibly here. */
  readonly bound: ReadonlySet<number>;
  /** Id of the record that last changed what is here. */
  readonly changed: number;
  /** What was here after each change: an incarnation, or one of stepValues. */
  readonly steps: Steps;
}

/** A chunk that the owner itself read wrong while it knew what must be there. */
export interface OwnDoubt {
  readonly code: 'D05' | 'D11';
  readonly id: number;
  readonly chunk: number;
  /** The incarnation and generation of the stamp that had to be there. */
  readonly life: number;
  readonly generation: number;
}

export interface Tree {
  readonly owner: number;
  /** False: operations may have followed that no record tells of. */
  readonly isWhole: boolean;
  readonly names: ReadonlyMap<number, NameState>;
  /** By incarnation: its size after each change, or stepValues.unknown. */
  readonly sizes: ReadonlyMap<number, Steps>;
  readonly copies: Copies;
  readonly doubts: readonly OwnDoubt[];
}
