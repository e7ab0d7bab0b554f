/** How a command line's hosts are reached, with all that must be asked or read for it before the first is. */
import { SudoPassword } from '../transports/sudo/password.ts';
import type { FleetValues } from './arguments/arguments.ts';
import type { Reach } from './engine/engine.ts';
import { passwordOf, personAt, type PasswordContext } from './password.ts';
import { sanitizeLines } from './terminal/sanitize.ts';

export interface ReachContext extends PasswordContext {
  readonly killSignal: AbortSignal;
  readonly err: (text: string) => void;
}

export async function reachOf(fleet: FleetValues, context: ReachContext): Promise<Reach> {
  const { signal, killSignal, err } = context;
  const { connectMs, isNewKeyAccepted, isAgentForwarded, parallel, sudo, isDryRun } = fleet;
  const password = isDryRun ? undefined : await loginPasswordOf(fleet, context);
  const sudoPassword = isDryRun ? undefined : await sudoPasswordOf(fleet, context);
  return {
    connectMs,
    isNewKeyAccepted,
    isAgentForwarded,
    secrets: { ask: isDryRun ? undefined : personAt(context), password },
    sudo,
    sudoPassword,
    parallel,
    signal,
    killSignal,
    note: (text) => err(`${sanitizeLines(text)}\n`),
  };
}

async function loginPasswordOf(fleet: FleetValues, context: PasswordContext): Promise<string | undefined> {
  const { isPasswordAsked: isAsked, passwordFile: file } = fleet;
  const flags = { askFlag: '--ask-pass', fileFlag: '--password-file' };
  return await passwordOf({ ...flags, isAsked, file, question: 'SSH password: ' }, context);
}

async function sudoPasswordOf(fleet: FleetValues, context: PasswordContext): Promise<SudoPassword | undefined> {
  const { isSudoPasswordAsked: isAsked, sudoPasswordFile: file } = fleet;
  const flags = { askFlag: '--ask-sudo-pass', fileFlag: '--sudo-password-file' };
  const password = await passwordOf({ ...flags, isAsked, file, question: 'sudo password: ' }, context);
  return password === undefined ? undefined : new SudoPassword(password);
}
