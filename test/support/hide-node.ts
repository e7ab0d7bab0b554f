/** Shell lines that take every Node.js of this machine out of a host's sight, in a mount namespace of its own. */
import { existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function hideNode(folder: string): string {
  const none = join(folder, 'no-node');
  writeFileSync(none, '', { mode: 0o644 });
  return replaceNode(none);
}

/** Puts another file in the place of every Node.js that a host could find. */
export function replaceNode(other: string): string {
  const folders = (process.env['PATH'] ?? '')
    .split(':')
    .concat(dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/snap/bin');
  const opt = existsSync('/opt') ? readdirSync('/opt').map((name) => `/opt/${name}/bin`) : [];
  const programs = [...folders, ...opt].flatMap((folder) => ['node', 'nodejs'].map((name) => join(folder, name)));
  const real = programs.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  return [...new Set(real)].map((path) => `mount --bind '${other}' '${path}'`).join('\n');
}
