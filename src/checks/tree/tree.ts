/** What the operations of one worker allow its tree to be: what replay.ts works out and checks ask. */
import type { Durability } from '../../model/durability.ts';
import type { Life } from './life.ts';
import type { Copies } from './lineage.ts';
import type { StepTable } from './step-table.ts';
import type { Steps } from '../order/steps.ts';

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
  /** Id of the last acknowledged sync of a file under this name. */
  readonly fileSynced: number;
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

/** That came between stress and verify. */
export interface Crash {
  /** What the mount of the tree's owner promises. */
  readonly durability: Durability;
  /** By folder: id of its last fsync that certainly took effect. */
  readonly folders: ReadonlyMap<number, number>;
}

export interface Tree {
  readonly owner: number;
  /** False: operations may have followed that no record tells of. */
  readonly isWhole: boolean;
  /** Whether an incarnation is certainly gone: no operation that may have followed can be about it. */
  isOver(incarnation: number): boolean;
  readonly names: ReadonlyMap<number, NameState>;
  /** By incarnation: its size after each change. */
  readonly sizes: StepTable;
  /** By name: what is there, as in its state. */
  readonly steady: StepTable;
  readonly copies: Copies;
  readonly crash: Crash | undefined;
  readonly doubts: readonly OwnDoubt[];
}

/** A name that can't be there is a finding of its own, and what it holds says nothing more. */
export function isExpected(tree: Tree, state: NameState | undefined): boolean {
  return !tree.isWhole || (state !== undefined && (state.life !== undefined || state.isClouded));
}
