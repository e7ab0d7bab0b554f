/**
 * What an outcome proves (docs/integrity.md, "What an error code proves"): an operation certainly took effect,
 * certainly didn't, or may have, at any time after its start.
 */
import { errnoNameOf } from '../../model/errno.ts';
import { outcomes, recordKinds, type JournalRecord } from '../../model/record.ts';
import { attributeKinds, extentKinds, renameKinds, syncKinds } from './kinds.ts';

export type Effect = 'done' | 'none' | 'unknown';

/** The client that the answer came through. */
export interface Client {
  /** A lost answer may have turned success into ENOENT or EEXIST. True where nothing is known of the mount. */
  readonly isNetwork: boolean;
  /** As Node names it; errno numbers differ. */
  readonly platform: string;
}

export function effectOf(record: JournalRecord, client: Client): Effect {
  if (record.outcome === outcomes.ok) return 'done';
  if (record.outcome !== outcomes.error) return 'unknown';
  return hasNoEffect(record.kind, errnoNameOf(record.errno, client.platform), client) ? 'none' : 'unknown';
}

const removals: ReadonlySet<number> = new Set([recordKinds.delete, recordKinds.rmdir, ...renameKinds]);
const creations: ReadonlySet<number> = new Set([
  recordKinds.mkdir,
  recordKinds.touch,
  recordKinds.link,
  recordKinds.symlink,
]);
const syncs: ReadonlySet<number> = new Set([...syncKinds, recordKinds.fsyncFolder]);

function hasNoEffect(kind: number, errno: string, client: Client): boolean {
  // Of several calls in one, the first two alone can answer so: later ones leave something behind.
  if (kind === recordKinds.copy) return !client.isNetwork && (errno === 'ENOENT' || errno === 'EEXIST');
  switch (errno) {
    case 'ENOENT':
      return !(client.isNetwork && removals.has(kind));
    case 'EEXIST':
      return !(client.isNetwork && creations.has(kind));
    case 'ENOSPC':
    case 'EDQUOT':
      // It keeps what it got so far.
      if (extentKinds.has(kind)) return false;
      // btrfs sets it in memory, and then asks for the room to keep it (docs/adr/0019).
      if (attributeKinds.has(kind)) return false;
      // A client that writes back later may have sent part of it.
      // A sync tells so of what was written before it.
      return !client.isNetwork && !syncs.has(kind);
    case 'ENOTSUP':
    case 'ENOSYS':
      // There is no such call; but a client may do one in several steps, of which its server lacks the last.
      return kind === recordKinds.setxattr || (extentKinds.has(kind) && !client.isNetwork);
    case 'ENODATA':
      return kind === recordKinds.setxattr && !client.isNetwork;
    case 'EACCES':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENOTEMPTY':
      return true;
    default:
      return false;
  }
}
