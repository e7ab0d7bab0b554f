/** What is new in a file of a host that somebody still adds to: some of it at a time, over the connection that is there. */
import { runScript } from '../../transports/script.ts';
import { quotePath } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';

/** A host that takes longer is busy with better things, or gone. */
const fetchLimitMs = 20_000;

export async function fetchNew(
  connection: Connection,
  path: string,
  { from, maxBytes, signal }: { readonly from: number; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const script = `tail -c +${from + 1} < ${quotePath(path)} 2>/dev/null | head -c ${maxBytes}`;
  const { stdout } = await runScript(connection, script, {
    signal,
    timeoutMs: fetchLimitMs,
    maxOutputBytes: maxBytes,
  });
  return stdout;
}
