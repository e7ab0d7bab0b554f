/** What the process, or a test, hands to the command line, and what is known of one when its words are read. */
import type { ChalkInstance } from 'chalk';
import type { LoadContext } from '../controller/tasks/load-tasks.ts';
import type { Engine } from './engine/engine.ts';
import type { Prompt } from './mount-credentials.ts';
import type { HoldableTerminal } from './terminal/holdable.ts';
import type { Terminal } from './terminal/screen.ts';
import type { Catalog } from './arguments/words.ts';

export interface Surroundings {
  readonly engine: Engine;
  /** What tasks import as 'funbric'. */
  readonly library: () => Promise<Readonly<Record<string, unknown>>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Where `out` goes, as far as a person sees it. */
  readonly terminal: Terminal;
  /** For what must be asked. */
  readonly prompt: Prompt;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  readonly homeFolder: string;
  /** The tasks that come with funbric. */
  readonly ownTasksFolder: string;
  readonly version: string;
  readonly now: () => Date;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly randomSeed: () => number;
  readonly nonce: () => string;
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Whoever read `out` has gone. */
  readonly unread: AbortSignal;
  /** Said where the program must end at once: what it leaves behind; and whether it still has to do with hosts. */
  readonly lastWords: { say?: () => string | undefined; isWithHosts?: () => boolean };
}

export interface Shop {
  readonly catalog: Catalog;
  readonly loadContext: LoadContext;
  readonly taskFolders: readonly string[];
}

export type Context = Surroundings &
  Shop & { readonly colors: ChalkInstance; readonly terminal: HoldableTerminal; readonly isDemo?: boolean };
