/** Why a copy failed, from how its script ended. */
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../printable.ts';
import { describeExit, type Exit } from '../transport.ts';

/** Of the scripts; programs of a host end with 1 or 2 mostly. */
export const status = { noHash: 91, notAFile: 92, damaged: 93, inTheWay: 94, noTar: 95 } as const;

export function requireSuccess(
  exit: Exit,
  { what, did, complaint }: { readonly what: string; readonly did: string; readonly complaint: string },
): void {
  if (exit.kind === 'lost') {
    throw new FunbricError('lost', `${what}: the connection went away before it was ${did}: ${exit.reason}`, {
      hint: 'nothing half-written was left; try again when the host is back',
    });
  }
  if (exit.kind === 'exited' && exit.code === 0) return;
  if (exit.kind === 'exited' && exit.code === status.noHash) {
    throw new FunbricError('deploy', `${what}: can't be ${did}: the host has no program for sha256`, {
      hint: 'install one of sha256sum (coreutils), shasum or openssl there',
    });
  }
  if (exit.kind === 'exited' && exit.code === status.damaged) throw damaged(what, 'its sha256 differs on the host');
  const how = `the command ${describeExit(exit)}`;
  const said = printable(complaint).trim();
  throw new FunbricError('deploy', `${what}: can't be ${did}: ${said === '' ? how : `${said} (${how})`}`, {
    hint: 'check the path, its permissions and the free space on the host',
  });
}

export function damaged(what: string, how: string): FunbricError {
  return new FunbricError('deploy', `${what}: arrived damaged: ${how}`, { hint: 'try again; nothing of it was kept' });
}
