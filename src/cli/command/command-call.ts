/** A command for hosts, and what it is run with. */
import type { ChalkInstance } from 'chalk';
import type { Host } from '../../model/host.ts';
import type { FleetValues } from '../arguments/arguments.ts';
import type { Engine, Reach } from '../engine/engine.ts';
import type { Terminal } from '../terminal/screen.ts';

export interface CommandCall {
  readonly fleet: FleetValues;
  readonly hosts: readonly Host[];
  readonly words: readonly string[];
  readonly reach: Reach;
  readonly context: {
    readonly engine: Engine;
    readonly out: (text: string) => void;
    readonly err: (text: string) => void;
    readonly terminal: Terminal;
    readonly colors: ChalkInstance;
    readonly currentFolder: string;
    readonly now: () => Date;
    readonly nowMs: () => number;
    /** Whoever read `out` has gone. */
    readonly unread: AbortSignal;
  };
}
