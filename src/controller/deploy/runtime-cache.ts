/** A runtime that an earlier run left in the home. It counts only if it still is what was sent, byte for byte, and runs. */
import { sha256Function } from '../../transports/copy/one-file.ts';
import type { Connection } from '../../transports/transport.ts';
import { cacheFolder, runtimeFileName } from './places.ts';
import { runDeployScript } from './script.ts';

export async function findCached(
  connection: Connection,
  sha256: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const text = `${sha256Function}
d=${cacheFolder(sha256)}; f="$d/${runtimeFileName}"
[ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] && [ -f "$f" ] && [ ! -L "$f" ] || exit 0
[ "$(sha256 <"$f")" = ${sha256} ] || exit 0
# Another run of ours may have it there for a moment, to find out that it is no Node.js.
[ "$("$f" -p 1 2>/dev/null </dev/null)" = 1 ] && echo "cached $f"
:`;
  return (await runDeployScript(connection, { text, signal })).first('cached');
}
