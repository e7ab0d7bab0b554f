/** A user of this machine for one test, who logs in by the tests' sshd and may use sudo as a line of sudoers says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshdReason, startSshd, type Sshd } from './sshd.ts';

const sudoersFolder = '/etc/sudoers.d';

/** Why tests with a user and sudo are skipped here; false where they run. */
export function sudoReason(): string | false {
  const sshd = sshdReason();
  if (sshd !== false) return sshd;
  if (process.getuid?.() !== 0) return 'only root can make a user for a test';
  if (!existsSync('/usr/bin/sudo') || !existsSync(sudoersFolder)) return 'no sudo here (Debian: sudo)';
  if (!existsSync('/usr/sbin/useradd') || !existsSync('/usr/sbin/chpasswd')) return 'no useradd here (Debian: passwd)';
  const tried = spawnSync('/usr/bin/unshare', ['--mount', '/bin/sh', '-c', withRules(sudoersFolder), 'sh', 'true']);
  return tried.status === 0 ? false : 'nothing may be mounted here, not even in a namespace of its own';
}

/** A line of sh that runs its words where these are the rules of sudo. */
function withRules(folder: string): string {
  return `mount --bind '${folder}' ${sudoersFolder} && exec "$@"`;
}

export interface SudoUser extends AsyncDisposable {
  readonly name: string;
  readonly password: string;
  readonly sshd: Sshd;
  /** What follows the user's name in sudoers: `ALL=(ALL) ALL`; undefined: not in it. Further lines may follow. */
  maySudo(rule: string | undefined, ...more: readonly string[]): void;
}

export async function makeSudoUser(addresses: readonly string[] = ['127.0.0.2']): Promise<SudoUser> {
  const name = `funbric${randomBytes(3).toString('hex')}`;
  const password = `it's ${randomBytes(6).toString('hex')} "$(x)`;
  const home = mkdtempSync(join(tmpdir(), 'funbric-user-'));
  // Its sshd has a sudoers.d of its own: sudo reads all files there, and complains of another test's that goes away meanwhile.
  const rulesFolder = mkdtempSync(join(tmpdir(), 'funbric-sudoers-'));
  const rules = join(rulesFolder, name);
  execFileSync('/usr/sbin/useradd', ['-M', '-d', home, '-s', '/bin/bash', name]);
  const undo = (): void => {
    rmSync(rulesFolder, { recursive: true, force: true });
    // Sessions of it may take a moment to be gone.
    execFileSync('/usr/sbin/userdel', ['-f', name], { stdio: 'ignore' });
    for (const left of ['ts', 'lectured']) {
      rmSync(join('/run/sudo', left, name), { force: true });
      rmSync(join('/var/lib/sudo', left, name), { force: true });
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    execFileSync('/usr/sbin/chpasswd', { input: `${name}:${password}\n` });
    const keys = join(home, 'keys');
    const sshd = await startSshd({
      addresses,
      // The tests' own folder is root's alone.
      config: [`AuthorizedKeysFile ${keys}`, `SetEnv HOME=${home}`],
      within: ['/usr/bin/unshare', '--mount', '/bin/sh', '-c', withRules(rulesFolder), 'sh'],
    });
    writeFileSync(keys, readFileSync(`${sshd.identityFile}.pub`));
    mkdirSync(join(home, 'own'));
    execFileSync('chown', ['-R', name, home]);
    chmodSync(home, 0o755);
    return {
      name,
      password,
      sshd,
      maySudo(rule, ...more) {
        rmSync(rules, { force: true });
        if (rule === undefined) return;
        // Nothing is remembered from one command to the next.
        const lines = [`Defaults:${name} timestamp_timeout=0`, `${name} ${rule}`, ...more, ''];
        writeFileSync(rules, lines.join('\n'), { mode: 0o440 });
      },
      async [Symbol.asyncDispose]() {
        await sshd.close();
        undo();
      },
    };
  } catch (error) {
    undo();
    throw error;
  }
}
