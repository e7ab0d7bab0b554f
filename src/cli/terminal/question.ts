/** A question at the terminal, with the answer seen or unseen. Ctrl-C interrupts the program, as it does while nothing is asked. */
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { FunbricError } from '../../model/errors.ts';

interface At {
  readonly input: Readable;
  readonly output: Writable;
  /** What Ctrl-C and Ctrl-D stand for: no answer will come. */
  readonly interrupt: () => void;
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason, or where the person gives up. */
export async function ask(
  { text, isEchoed }: { readonly text: string; readonly isEchoed: boolean },
  { input, output, interrupt, signal }: At,
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // readline redraws its line, so that a prompt of its own would be shown twice: it is given none.
  const lines = createInterface({ input, output: isEchoed ? output : silent, terminal: true });
  const gone = new AbortController();
  const giveUp = (): void => {
    gone.abort(new FunbricError('interrupted', 'no answer was given'));
    interrupt();
  };
  lines.once('SIGINT', giveUp);
  lines.once('close', giveUp);
  try {
    const answer = lines.question('', { signal: AbortSignal.any([signal, gone.signal]) });
    // Only now is nothing echoed: what is typed as soon as the question is there mustn't be seen.
    output.write(text);
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    gone.signal.throwIfAborted();
    throw error;
  } finally {
    lines.removeListener('close', giveUp);
    lines.close();
    if (!isEchoed) output.write('\n');
  }
}
