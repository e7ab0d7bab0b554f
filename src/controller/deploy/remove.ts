/** Takes away what lies in folders of this run's own: what is in the cache stays for the next run. */
import { quote } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';
import { runDeployScript, scriptLimitMs } from './script.ts';

export async function removeTemporary(
  connection: Connection,
  files: readonly { readonly path: string; readonly isTemporary: boolean }[],
): Promise<void> {
  const paths = files.filter(({ isTemporary }) => isTemporary).map(({ path }) => path);
  if (paths.length === 0) return;
  const lines = paths.map((path) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    return `rm -f -- ${quote(path)}; rmdir -- ${quote(folder)}`;
  });
  await runDeployScript(connection, { text: [...lines, ':'].join('\n'), signal: AbortSignal.timeout(scriptLimitMs) });
}
