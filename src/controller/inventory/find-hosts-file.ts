/** Where the hosts of a command line may stand, and where paths in there start. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The file that is meant: the one named, or hosts.json in the current folder where there is one. */
export function findHostsFile(currentFolder: string, named: string | undefined): string | undefined {
  if (named !== undefined) return resolve(currentFolder, named);
  const usual = join(currentFolder, 'hosts.json');
  return existsSync(usual) ? usual : undefined;
}

/** `~/` is the home folder; other relative paths start at the folder. */
export function resolvePath(path: string, folder: string, homeFolder: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homeFolder, path.slice(1)) : resolve(folder, path);
}
