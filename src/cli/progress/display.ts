/** Shows a run while it goes on, in the way that --progress says. */
import { clearInterval, setInterval } from 'node:timers';
import type { ChalkInstance } from 'chalk';
import type { Plan } from '../../model/plan.ts';
import type { RunEvent } from '../../controller/events/events.ts';
import { boardFrame } from './board-frame.ts';
import { newBoard, reduceBoard } from './board-state.ts';
import { makePlainDisplay } from './plain.ts';
import type { Progress } from './choice.ts';
import type { Terminal } from '../terminal/screen.ts';
import { makeStory } from './story.ts';
import type { Symbols } from '../terminal/symbols.ts';

export interface Display extends Disposable {
  readonly listen: (event: RunEvent) => void;
}

export interface DisplayOptions {
  readonly plan: Plan;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly terminal: Terminal;
  readonly colors: ChalkInstance;
  readonly symbols: Symbols;
  /** Monotonic. */
  readonly nowMs: () => number;
}

export function openDisplay(progress: Progress, options: DisplayOptions): Display {
  const { out, err, colors } = options;
  const line = (write: (text: string) => void) => (text: string) => write(`${text}\n`);
  switch (progress) {
    case 'tty':
      return openBoard(options);
    case 'plain':
      return ticking(makePlainDisplay(line(out), colors), plainTickMs, options);
    case 'json': {
      // The events have stdout to themselves: people read stderr.
      const people = makePlainDisplay(line(err), colors);
      const listen = (event: RunEvent): void => {
        out(`${JSON.stringify(event)}\n`);
        people.listen(event);
      };
      return ticking({ ...people, listen }, plainTickMs, options);
    }
    case 'quiet':
      return { listen: () => undefined, [Symbol.dispose]: () => undefined };
  }
}

const plainTickMs = 250;
/** Ten frames a second are all that anyone can see. */
const frameMs = 100;

function openBoard(options: DisplayOptions): Display {
  const { plan, out, terminal, colors, symbols } = options;
  const story = makeStory({ say: (text) => out(`${text}\n`), colors });
  let board = newBoard(plan);
  const shown = ticking(
    {
      listen(event) {
        board = reduceBoard(board, event);
        if (!isOnBoard(event)) story.listen(event);
      },
      tick(nowMs) {
        story.tick(nowMs);
        terminal.draw(boardFrame(board, { nowMs, size: terminal.size(), colors, symbols }));
      },
      flush: story.flush,
    },
    frameMs,
    options,
  );
  return {
    listen: shown.listen,
    [Symbol.dispose]() {
      shown[Symbol.dispose]();
      terminal.erase();
    },
  };
}

/** What the board shows needs no line above it. */
function isOnBoard({ kind }: RunEvent): boolean {
  return kind === 'host-connected' || kind === 'agent-started' || kind === 'phase-started' || kind === 'barrier';
}

interface Ticking {
  readonly listen: (event: RunEvent) => void;
  /** `nowMs`: since the run's start, as in events. */
  readonly tick: (nowMs: number) => void;
  readonly flush: () => void;
}

function ticking({ listen, tick, flush }: Ticking, everyMs: number, { nowMs }: DisplayOptions): Display {
  let startMs: number | undefined;
  const timer = setInterval(() => {
    if (startMs !== undefined) tick(nowMs() - startMs);
  }, everyMs);
  return {
    listen(event) {
      startMs ??= nowMs() - event.atMs;
      listen(event);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      flush();
    },
  };
}
