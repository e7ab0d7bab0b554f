/**
 * A result file that lies there from an earlier run is no result of this one: where the tool died before it wrote, the old file
 * would be merged as if nothing had happened. Its age is told by the host's own clock, as is the time since the run reached it.
 */
import { FunbricError } from '../../model/errors.ts';
import { runScript } from '../../transports/script.ts';
import { quotePath } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';

/** A file server may have a clock of its own. */
const slackSeconds = 60;
/** Two numbers. */
const limits = { timeoutMs: 60_000, maxOutputBytes: 1000 };

/** Throws `input` where it was last written before. A host that can't tell is believed. */
export async function refuseStale(
  connection: Connection,
  path: string,
  { sinceSeconds, signal }: { readonly sinceSeconds: number; readonly signal: AbortSignal },
): Promise<void> {
  const script = `f=${quotePath(path)}
m=$(stat -c %Y -- "$f" 2>/dev/null || stat -f %m -- "$f" 2>/dev/null) && n=$(date +%s) && echo "$((n - m))"`;
  const { stdout } = await runScript(connection, script, { ...limits, signal });
  const ageSeconds = Number.parseInt(stdout.toString(), 10);
  if (!(ageSeconds > sinceSeconds + slackSeconds)) return;
  const before = Math.round(ageSeconds - sinceSeconds);
  throw new FunbricError(
    'input',
    `it is of an earlier run: it was last written ${before} s before this one reached the host`,
    {
      hint: 'remove it in setup, before the tool is started',
    },
  );
}
