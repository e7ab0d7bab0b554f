/** The calls that a host, or its file system, doesn't have: each once, whichever of its workers noted it. */
import type { HostNote } from '../../checks/journal/evidence.ts';
import { errnoNameOf } from '../../model/errno.ts';
import type { RunHost } from '../../model/run.ts';

/** `notes` are those of its journal. */
export function untriedRow(notes: readonly HostNote[], platform: string): Pick<RunHost, 'untried'> {
  const calls = new Map(
    notes.flatMap(({ note }) => (note.kind === 'untried' ? [[note.call, note.errno] as const] : [])),
  );
  const untried = [...calls].map(([call, errno]) =>
    errno === 0 ? { call } : { call, error: errnoNameOf(errno, platform) },
  );
  return untried.length === 0 ? {} : { untried };
}
