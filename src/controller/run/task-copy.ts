/** Files that a task puts on a host or gets from it: with the limit that commands have, and a word from time to time. */
import { FunbricError, messageOf } from '../../model/errors.ts';
import { formatBytes } from '../../report/format.ts';
import type { CopiedPath } from '../../transports/copy/copied.ts';
import { getPath } from '../../transports/copy/get.ts';
import type { LocalDigests } from '../../transports/copy/local-tree.ts';
import { putPath } from '../../transports/copy/put.ts';
import { pathFrom } from '../../transports/shell.ts';
import type { Emit } from '../events/events.ts';
import type { HostRun } from './host-run.ts';

/** Of all that one copy fetches. */
const maxBytes = 2 ** 40;

/** Between two words of how far a copy is. */
const progressMs = 10_000;

export interface CopyContext {
  readonly run: HostRun;
  /** 0: none. */
  readonly commandMs: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Where remote paths start. */
  readonly directory?: string;
  readonly digests: LocalDigests;
}

export async function put(
  context: CopyContext,
  paths: { readonly local: string; readonly remote: string },
  mode: number | undefined,
): Promise<CopiedPath> {
  const { run, directory, digests } = context;
  return await limited(context, `putting ${paths.local}`, (signal, onBytes) =>
    putPath(run.connection, paths.local, pathFrom(directory, paths.remote), { digests, mode, signal, onBytes }),
  );
}

export async function get(
  context: CopyContext,
  paths: { readonly local: string; readonly remote: string },
): Promise<CopiedPath> {
  const { run, directory } = context;
  const copied = await limited(context, `getting ${paths.remote}`, (signal, onBytes) =>
    getPath(run.connection, pathFrom(directory, paths.remote), paths.local, { maxBytes, signal, onBytes }),
  );
  for (const note of copied.notes) say(context, `${paths.remote}: ${note}`);
  return copied;
}

/**
 * A result file that the run is to hold. One that can't be had is missing from the evidence, whatever else the host did: only
 * a host that is gone, and an interruption, end its task.
 */
export async function collect(context: CopyContext, remote: string, mayBeOlder: boolean): Promise<boolean> {
  const { run, directory } = context;
  requirePath('collect: the path', remote);
  try {
    await limited(context, `collecting ${remote}`, (signal) =>
      run.collectFile(pathFrom(directory, remote), { name: remote, mayBeOlder, signal }),
    );
    return true;
  } catch (error) {
    const isItsFile =
      error instanceof FunbricError && !['lost', 'interrupted', 'unreachable', 'bug'].includes(error.code);
    if (!isItsFile || context.signal.aborted) throw error;
    const what = `${remote} was not collected: ${messageOf(error)}`;
    run.missFile(what);
    say(context, what);
    return false;
  }
}

/** Leaves nothing under way when its time is over. */
async function limited<T>(
  context: CopyContext,
  what: string,
  act: (signal: AbortSignal, onBytes: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const { run, commandMs, signal } = context;
  const late = new AbortController();
  const onLate = (): void => {
    const message = `${run.name}: ${what} took longer than ${commandMs / 1000} s`;
    late.abort(new FunbricError('limit', message, { hint: 'give it more time: --command-timeout' }));
  };
  const limit = commandMs === 0 ? undefined : setTimeout(onLate, commandMs);
  let sent = 0;
  const progress = setInterval(() => say(context, `${what}: ${formatBytes(sent)} so far`), progressMs);
  try {
    return await act(AbortSignal.any([signal, late.signal]), (bytes) => (sent = bytes));
  } catch (error) {
    late.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(limit);
    clearInterval(progress);
  }
}

function say({ run, emit }: CopyContext, text: string): void {
  emit({ kind: 'line', host: run.name, stream: 'log', text });
}

/** An empty word is a variable that nobody set, and would mean a home or the folder here. */
export function requirePath(what: string, path: string): void {
  if (path !== '') return;
  throw new FunbricError('usage', `${what} is empty`, { hint: 'is a variable unset? `.` is the folder itself' });
}

/** `3 files (1.20 MiB), 12 there already`. */
export function describeCopy({ files, bytes, skipped }: CopiedPath): string {
  const sent = `${files} ${files === 1 ? 'file' : 'files'} (${formatBytes(bytes)})`;
  return skipped === 0 ? sent : `${sent}, ${skipped} there already`;
}
