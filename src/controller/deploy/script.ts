/** What the scripts of a deployment share: how they are run, and how they answer, a word and its value a line. */
import { FunbricError } from '../../model/errors.ts';
import { runScript, type ScriptOptions } from '../../transports/script.ts';
import { printable } from '../../transports/printable.ts';
import { describeExit, type Connection } from '../../transports/transport.ts';

export interface DeployScript {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly stdin?: ScriptOptions['stdin'];
  readonly timeoutMs?: number;
}

/** A probe or a check is a few small processes; only a sick host takes this long. */
export const scriptLimitMs = 30_000;
const maxOutputBytes = 64 << 10;

/** Throws `lost` where the connection broke, `deploy` where the script failed. */
export async function runDeployScript(
  connection: Connection,
  { text, signal, stdin, timeoutMs = scriptLimitMs }: DeployScript,
): Promise<Answers> {
  const input = stdin === undefined ? {} : { stdin };
  const { exit, stdout, stderr } = await runScript(connection, text, { signal, timeoutMs, maxOutputBytes, ...input });
  if (exit.kind !== 'exited' || exit.code !== 0) {
    throw new FunbricError(
      exit.kind === 'lost' ? 'lost' : 'deploy',
      `${connection.name}: preparing the agent ${describeExit(exit)}: ${printable(stderr.toString().trim().slice(-300))}`,
    );
  }
  return new Answers(stdout.toString());
}

/** Lines like `node 20.1.2 /usr/bin/node`. A host's words: whoever shows them makes them printable. */
export class Answers {
  readonly #lines: readonly string[];

  constructor(output: string) {
    this.#lines = output.split('\n');
  }

  /** The rest of the first line that starts with the word. */
  first(word: string): string | undefined {
    return this.all(word)[0];
  }

  all(word: string): readonly string[] {
    return this.#lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  }
}
