/**
 * Where a merge makes its run: in a folder beside the place where the run will be, so that whoever looks there sees a whole
 * run or none. It goes away with its merge, at once on Ctrl-C; what a killed merge left, the next one removes.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCodeOf, messageOf } from '../../model/errors.ts';
import { makeFolders } from '../../transports/make-folders.ts';
import { onAbort } from '../../transports/on-abort.ts';
import { refused } from './expand.ts';

export interface Partial extends AsyncDisposable {
  /** The run in the making. */
  readonly folder: string;
  /** Makes it the run, at once. Throws `input` where somebody else was there first. */
  moveTo(target: string): void;
}

/** Throws `input` where nothing can be written there. */
export async function openPartial(
  target: string,
  { run, signal }: { readonly run: string; readonly signal: AbortSignal | undefined },
): Promise<Partial> {
  const beside = dirname(target);
  const partial = join(beside, `.${run}${endingOf(process.pid)}`);
  const folder = join(partial, 'run');
  try {
    await makeFolders(beside);
    await removeLeft(beside);
    if (signal?.aborted !== true) {
      // Both at once, so that Ctrl-C comes before them or finds who removes them.
      mkdirSync(partial);
      mkdirSync(folder);
    }
  } catch (error) {
    throw refused(`no run can be made in ${beside}: ${errorCodeOf(error) ?? messageOf(error)}`, hint);
  }
  signal?.throwIfAborted();
  // Nobody waits for us then: what isn't removed within this call stays. What is still at work in it must make nothing new
  // there meanwhile, so it goes under another name first, which the next merge would know as well.
  const stopListening = onAbort(signal, () => {
    const going = join(beside, `.${run}.going${endingOf(process.pid)}`);
    renameSync(partial, going);
    rmSync(going, remove);
  });
  return {
    folder,
    moveTo: (place) => move(folder, place),
    async [Symbol.asyncDispose]() {
      stopListening();
      await rm(partial, remove);
    },
  };
}

const remove = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 } as const;

/** The name says whose it is from its first moment on: a merge may be killed at any. */
function endingOf(pid: number | string): string {
  return `.${pid}@${hostname()
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 64)}.partial`;
}

const hint = 'name another folder with --reports or --into, or make room there';

function move(folder: string, target: string): void {
  try {
    removeEmpty(target);
    renameSync(folder, target);
  } catch (error) {
    const code = errorCodeOf(error) ?? messageOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw refused(`${target} can't be made: ${code}`, hint);
    throw refused(`${target} was made by somebody else meanwhile`, 'name another folder');
  }
}

/** One that was named with --into. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It isn't there, or is no empty folder, which the move will say.
  }
}

/** Of processes of this machine that are no more; whoever can't be asked is left alone, and so is what can't be removed. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^\..+\.(\d{1,9})@[^.]*\.partial$/.exec(name) ?? [];
    if (pid === undefined || !name.endsWith(endingOf(pid)) || !isDead(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCodeOf(error) === 'ESRCH';
  }
}
