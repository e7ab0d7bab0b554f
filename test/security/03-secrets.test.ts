/** Promise 3: a secret appears nowhere but where it is needed: not in process lists, environments, the run, the report, caches. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFleet, type FleetRun, type TestFleet } from '../../src/testing/index.ts';
import { openBench, type Bench } from '../support/funbric.ts';
import { ptyReason, startAtTerminal } from '../support/pty.ts';
import { makeSudoUser, sudoReason, type SudoUser } from '../support/sudo-user.ts';

const canary = (): string => `canary${randomBytes(12).toString('hex')}`;

/** Stands for mount(8): shows, like a careless program, all that it was given, and takes its time. */
const mount = `for word in "$@"; do
  case $word in *credentials=*) file=\${word##*credentials=}; ls -l "$file" >"$HOME/seen"; cat "$file" ;; esac
done
sleep 1
exit 32`;

describe('promise 3: secrets', { skip: process.platform !== 'linux' && '/proc is needed', timeout: 600_000 }, () => {
  const password = canary();
  const inherited = canary();
  let fleet: TestFleet;
  let key = '';
  let ended: FleetRun;
  const seen: string[] = [];
  before(async () => {
    fleet = await startFleet({ hosts: [{ programs: { mount, 'mount.cifs': 'exit 1' } }, {}] });
    key = readFileSync(fleet.identityFile, 'utf8').split('\n')[3] ?? '';
    assert(key.length > 40);
    const source = ['--mount', 'smb3://127.0.0.1/share', '--mount-credentials', '-'];
    const running = fleet.run(['runtest', '--dir', fleet.shared, '--ops', '20', '--workers', '1', ...source], {
      stdin: `username=ann\npassword=${password}\n`,
      env: { FUNBRIC_TEST_CANARY: inherited },
    });
    while (await Promise.race([running.then(() => false), sleep(25, true)])) {
      seen.push(...leaksOf({ password, key, inherited }));
    }
    ended = await running;
  });
  after(async () => fleet.close());

  it('are on no command line, and in no environment but that of the command that a user gave them to', () => {
    assert.deepEqual([...new Set(seen)], []);
  });

  it('are in no file of the run, its report or a cache, and in no output', () => {
    const { folder, identityFile } = fleet;
    const files = filesBelow(folder).filter((file) => file !== identityFile);
    const names = files.map((file) => file.slice(folder.length));
    for (const end of ['report.html', 'run.json', 'plan.json', 'events.ndjson']) {
      assert(
        names.some((name) => name.endsWith(end)),
        `${end} is looked into: ${names.join(' ')}`,
      );
    }
    for (const secret of [password, key, inherited]) {
      assert.deepEqual(
        files.filter((file) => readFileSync(file, 'latin1').includes(secret)),
        [],
      );
      assert.equal((ended.stdout + ended.stderr).includes(secret), false);
    }
  });

  it(
    'reach a program of the host that needs them in a file that is gone with it, for its user alone',
    {
      skip: process.getuid?.() !== 0 && 'a mount takes root',
    },
    () => {
      assert.match(readFileSync(join(fleet.hosts[0]?.home ?? '', 'seen'), 'utf8'), /^-rw-------/);
      assert.match(ended.stdout + ended.stderr, /\*\*\*/, 'what the program repeated is shown without the password');
      // Where hosts keep what they mounted, also those of other tests meanwhile.
      const run = readdirSync(fleet.reportsFolder).find((name) => name !== 'latest') ?? '';
      assert.match(run, /./);
      const kept = existsSync('/run/funbric') ? readdirSync('/run/funbric') : [];
      assert.deepEqual(
        kept.filter((name) => name.startsWith(run)),
        [],
      );
    },
  );
});

const sudoSkip = sudoReason() || ptyReason();

describe('promise 3: what opens a key, and what sudo takes', { skip: sudoSkip, timeout: 600_000 }, () => {
  const passphrase = canary();
  let bench: Bench;
  let user: SudoUser;
  let locked = '';
  before(async () => {
    if (sudoSkip !== false) return;
    bench = openBench();
    user = await makeSudoUser();
    user.maySudo('ALL=(ALL) ALL');
    locked = join(bench.folder, 'locked');
    copyFileSync(user.sshd.identityFile, locked);
    chmodSync(locked, 0o600);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', locked], { stdio: 'pipe' });
    mkdirSync(join(bench.folder, 'tasks'));
    writeFileSync(
      join(bench.folder, 'tasks/admin.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'a test', async run(host) {
         host.log('became ' + (await host.sudo(['sh', '-c', 'sleep 1; id -un'])).stdout);
       } });`,
    );
  });
  after(async () => {
    if (sudoSkip !== false) return;
    await user[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  // Your own ssh asks for a passphrase itself, or its agent does.
  for (const [transport, isLocked] of [
    ['ssh', true],
    ['openssh', false],
  ] as const) {
    it(`are typed, and then in no process, no file of the run and no word of it, with the transport ${transport}`, async () => {
      const { sshd } = user;
      // JSON and HTML would write its other characters in their own way.
      const [sudo = ''] = /[0-9a-f]{12}/.exec(user.password) ?? [];
      const way = ['-H', '127.0.0.2', '-u', user.name, '-p', String(sshd.port), '--known-hosts', sshd.knownHostsFile];
      const words = ['-i', isLocked ? locked : sshd.identityFile, '--transport', transport, '--ask-sudo-pass', 'admin'];
      const reports = join(bench.folder, `reports-${transport}`);
      const running = startAtTerminal([...way, '--reports', reports, '--progress', 'plain', ...words], {
        cwd: bench.folder,
        rows: 24,
        columns: 200,
      });
      const seen: string[] = [];
      await running.saw('sudo password: ');
      running.type(`${user.password}\r`);
      if (isLocked) {
        await running.saw('Enter passphrase for key');
        running.type(`${passphrase}\r`);
      }
      while (await Promise.race([running.ended.then(() => false), sleep(25, true)])) {
        seen.push(...leaksOf({ passphrase, sudo }));
      }
      assert.equal(await running.ended, 0, running.text());
      assert.match(running.text(), /became root/);
      assert.deepEqual([...new Set(seen)], []);
      const files = [...filesBelow(bench.folder), ...filesBelow(sshd.folder)];
      for (const end of ['report.html', 'run.json', 'events.ndjson']) assert(files.some((file) => file.endsWith(end)));
      for (const secret of [passphrase, sudo]) {
        const holders = files.filter((file) => readFileSync(file, 'latin1').includes(secret));
        assert.deepEqual(holders, []);
        assert.equal(running.text().includes(secret), false);
      }
    });
  }
});

/** The processes of funbric itself that were seen so far. */
const ours = new Set<string>();

/** Where a secret is that shouldn't be there: all processes of this machine that we may look into. */
function leaksOf(secrets: Readonly<Record<string, string>>): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      // Its parent first: when its environment was read it may have ended, and nobody could tell any more whose it was.
      const parent = /^PPid:\t(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? '0';
      const line = textOf(`/proc/${pid}/cmdline`);
      if (line.includes('program/funbric.js')) ours.add(pid);
      const environment = textOf(`/proc/${pid}/environ`);
      return Object.entries(secrets).flatMap(([name, secret]) => {
        if (line.includes(secret)) return [`${name} on the command line of ${line}`];
        // The user's environment is the command's, and that of what it starts here, such as ssh; a host's programs have another.
        const isOurs = name === 'inherited' && (ours.has(pid) || ours.has(parent));
        return environment.includes(secret) && !isOurs ? [`${name} in the environment of ${line}`] : [];
      });
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It ended, or is another user's.
    return '';
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
