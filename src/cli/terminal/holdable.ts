/** A terminal whose live board makes room for a question. */
import type { Terminal } from './screen.ts';

export interface HoldableTerminal extends Terminal {
  /** Nothing is drawn meanwhile, so that a question stays to be seen. */
  holdWhile<T>(work: () => Promise<T>): Promise<T>;
}

export function holdable(terminal: Terminal): HoldableTerminal {
  let holds = 0;
  return {
    isTerminal: terminal.isTerminal,
    size: terminal.size,
    erase: terminal.erase,
    draw(lines) {
      if (holds === 0) terminal.draw(lines);
    },
    async holdWhile(work) {
      holds++;
      terminal.erase();
      try {
        return await work();
      } finally {
        holds--;
      }
    },
  };
}
