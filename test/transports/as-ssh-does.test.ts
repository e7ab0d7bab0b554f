/** Whether a host is let in: our verdict beside that of `ssh -o BatchMode=yes`, on the same configuration and files. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Hop } from '../../src/model/host.ts';
import { explain } from '../../src/model/errors.ts';
import { certify, makeKey, publicKeyOf } from '../support/ssh-keys.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';

/** Lines of ssh_config by host, texts of known_hosts by file; KH is their folder. */
interface Case {
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  readonly known: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly jump?: readonly Hop[];
  /** What that is for ssh. */
  readonly args?: readonly string[];
  /** What `ssh-keygen -k` is to make a key revocation list of. */
  readonly krl?: string;
  /** Refused by us in these words, whatever ssh does. */
  readonly refused?: RegExp;
}

describe('a host is let in exactly where ssh lets it in', { skip: sshdReason(), timeout: 600_000 }, () => {
  let folder: string;
  let sshd: Sshd;
  /** Shows a certificate for its ECDSA key, which other hosts here don't have. */
  let certified: Sshd;
  let verdicts = { yes: 0, no: 0 };
  const words: Record<string, string> = {};

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-as-ssh-'));
    const authority = makeKey(join(folder, 'authority'));
    const rsaAuthority = makeKey(join(folder, 'rsa-authority'), { type: 'rsa' });
    const hostKey = makeKey(join(folder, 'ecdsa'), { type: 'ecdsa' });
    const certificate = certify(authority, hostKey, [
      '-n',
      '127.0.0.6,certified,expired.example',
      '-V',
      '-1h:+1h',
      '-z',
      '7',
    ]);
    sshd = await startSshd({ addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
    certified = await startSshd({
      addresses: ['127.0.0.6'],
      config: [`HostKey ${hostKey}`, `HostCertificate ${certificate}`],
    });
    execFileSync('cp', [join(certified.folder, 'client_key'), join(folder, 'certified-client')]);
    Object.assign(words, {
      KH: folder,
      PORT: String(sshd.port),
      CPORT: String(certified.port),
      GOOD: sshd.hostKey,
      ECDSA: publicKeyOf(hostKey),
      AUTHORITY: publicKeyOf(authority),
      OTHERCA: publicKeyOf(rsaAuthority),
      OTHER: publicKeyOf(makeKey(join(folder, 'stranger'))),
      KEY: sshd.identityFile,
      CKEY: certified.identityFile,
      WRONG: makeKey(join(folder, 'wrong')),
      LOCKED: makeKey(join(folder, 'locked'), { passphrase: 'secret' }),
      USER: sshd.user,
      SCRIPT: join(folder, 'copy.cjs'),
      NODE: process.execPath,
    });
    writeFileSync(
      join(folder, 'copy.cjs'),
      "const s = require('net').connect(+process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);",
    );
  });
  after(async () => {
    await sshd.close();
    await certified.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fill = (text: string): string => text.replaceAll(/\b[A-Z]+\b/g, (word) => words[word] ?? word);

  const configOf = (hosts: Case['hosts'] = {}): string => {
    const usual: Case['hosts'] = {
      target: ['HostName 127.0.0.2', 'Port PORT', 'IdentityFile KEY'],
      gate: ['HostName 127.0.0.3', 'Port PORT', 'IdentityFile KEY'],
      outer: ['HostName 127.0.0.4', 'Port PORT', 'IdentityFile KEY'],
      certified: ['HostName 127.0.0.6', 'Port CPORT', 'IdentityFile CKEY'],
      '*': ['User USER', 'UserKnownHostsFile KH/known', 'GlobalKnownHostsFile none', 'IdentitiesOnly yes'],
    };
    // ssh takes what it meets first.
    const blocks = [...Object.entries(hosts), ...Object.entries(usual)];
    return fill(
      blocks
        .map(([name, lines]) => (name.startsWith('Match') ? [name, ...lines] : [`Host ${name}`, ...lines]).join('\n'))
        .join('\n'),
    );
  };

  const compare = async ({ hosts, known, target = 'target', jump, args = [], krl, refused }: Case): Promise<void> => {
    const configFile = join(folder, 'config');
    writeFileSync(configFile, `${configOf(hosts)}\n`);
    for (const name of ['known', 'own', 'global', 'krl']) rmSync(join(folder, name), { force: true });
    for (const [name, text] of Object.entries(known)) writeFileSync(join(folder, name), `${fill(text)}\n`);
    if (known['hashed'] !== undefined)
      execFileSync('ssh-keygen', ['-H', '-f', join(folder, 'hashed')], { stdio: 'pipe' });
    if (krl !== undefined) makeRevocationList(folder, fill(krl));
    const command = ['-F', configFile, '-o', 'BatchMode=yes', ...args.map(fill), target, 'echo in'];
    const theirs = spawnSync('ssh', command, { encoding: 'utf8', input: '', timeout: 60_000 });
    const host = testHost(target, jump === undefined ? {} : { jump: [...jump] });
    const transports = testTransports(folder, { configFile, env: { SHELL: '/bin/sh' } });
    let ours = '';
    try {
      await using connection = await transports.of(host).connect(host, testConnect());
      ours = (await runCommand(connection, 'echo in')).stdout.toString();
    } catch (error) {
      ours = explain(error);
    }
    await transports.close();
    if (refused !== undefined) {
      assert.match(ours, refused);
      return;
    }
    const isTheirs = theirs.stdout === 'in\n';
    verdicts = { yes: verdicts.yes + (isTheirs ? 1 : 0), no: verdicts.no + (isTheirs ? 0 : 1) };
    assert.equal(ours === 'in\n', isTheirs, `ours: ${ours}\nssh: ${theirs.stdout}${theirs.stderr}`);
  };

  const right = '[127.0.0.2]:PORT GOOD';
  const gates = '[127.0.0.3]:PORT GOOD\n[127.0.0.4]:PORT GOOD';
  const viaGate = { target: ['ProxyJump gate'] };
  const copying = { target: ['ProxyCommand NODE SCRIPT %h %p'] };
  const revoking = { target: ['RevokedHostKeys KH/krl'] };
  const certifiedBy = {
    target: 'certified',
    hosts: { certified: ['RevokedHostKeys KH/krl'] },
    known: { known: '@cert-authority * AUTHORITY' },
  };
  const byCommand = /KnownHostsCommand of ssh_config has a say in its host key.*--transport openssh/;
  const authority = { target: 'certified' };

  const cases: Readonly<Record<string, Case>> = {
    'known_hosts: nothing': { known: {} },
    'known_hosts: the key': { known: { known: right } },
    'known_hosts: another key': { known: { known: '[127.0.0.2]:PORT OTHER' } },
    'known_hosts: both': { known: { known: `[127.0.0.2]:PORT OTHER\n${right}` } },
    'known_hosts: the key without a port': { known: { known: '127.0.0.2 GOOD' } },
    'known_hosts: another key without a port': { known: { known: '127.0.0.2 OTHER' } },
    'known_hosts: the key for another port': { known: { known: '[127.0.0.2]:1 GOOD' } },
    'known_hosts: wildcards': { known: { known: '[127.0.0.?]:* GOOD' } },
    'known_hosts: a wildcard for all, but not this one': { known: { known: '*,![127.0.0.2]:PORT GOOD' } },
    'known_hosts: several names, with spaces and a comment': { known: { known: '  a,[127.0.0.2]:PORT,b \t GOOD me' } },
    'known_hosts: in the second of two files': {
      hosts: { target: ['UserKnownHostsFile KH/known KH/own'] },
      known: { known: '', own: right },
    },
    'known_hosts: changed in the first of two files': {
      hosts: { target: ['UserKnownHostsFile KH/known KH/own'] },
      known: { known: '[127.0.0.2]:PORT OTHER', own: right },
    },
    'known_hosts: only in the global file': {
      hosts: { target: ['GlobalKnownHostsFile KH/global'] },
      known: { global: right },
    },
    'known_hosts: hashed': { hosts: { target: ['UserKnownHostsFile KH/hashed'] }, known: { hashed: right } },
    'known_hosts: hashed, of another host': {
      hosts: { target: ['UserKnownHostsFile KH/hashed'] },
      known: { hashed: '[127.0.0.9]:PORT GOOD' },
    },
    'known_hosts: revoked and known': { known: { known: `@revoked [127.0.0.2]:PORT GOOD\n${right}` } },
    'known_hosts: revoked for all, and known': { known: { known: `${right}\n@revoked * GOOD` } },
    'known_hosts: another key revoked': { known: { known: `@revoked * OTHER\n${right}` } },
    'known_hosts: an authority of the same key': { known: { known: '@cert-authority * GOOD' } },
    'known_hosts: an unknown marker': { known: { known: '@trusted [127.0.0.2]:PORT GOOD' } },
    'RevokedHostKeys: the key': {
      hosts: { target: ['RevokedHostKeys KH/own'] },
      known: { known: right, own: '# gone\nGOOD old' },
    },
    'RevokedHostKeys: another key': {
      hosts: { target: ['RevokedHostKeys KH/own'] },
      known: { known: right, own: 'OTHER' },
    },
    'RevokedHostKeys: a missing file': {
      hosts: { target: ['RevokedHostKeys KH/own'] },
      known: { known: right },
    },
    'RevokedHostKeys: the authority': {
      target: 'certified',
      hosts: { certified: ['RevokedHostKeys KH/own'] },
      known: { known: '@cert-authority * AUTHORITY', own: 'AUTHORITY' },
    },
    'RevokedHostKeys: the key, in a KRL': { hosts: revoking, known: { known: right }, krl: 'key: GOOD' },
    'RevokedHostKeys: the key by its hash, in a KRL': { hosts: revoking, known: { known: right }, krl: 'sha256: GOOD' },
    'RevokedHostKeys: another key, in a KRL': { hosts: revoking, known: { known: right }, krl: 'key: OTHER' },
    'RevokedHostKeys: a broken KRL': { hosts: revoking, known: { known: right, krl: 'SSHKRL\n\0' } },
    'RevokedHostKeys: the certificate by its number, in a KRL': { ...certifiedBy, krl: 'serial: 7' },
    'RevokedHostKeys: another certificate, in a KRL': { ...certifiedBy, krl: 'serial: 8' },
    'RevokedHostKeys: the key of the certificate, in a KRL': { ...certifiedBy, krl: 'key: ECDSA' },
    'KnownHostsCommand: knows the key': {
      hosts: { target: ['KnownHostsCommand /bin/echo %H GOOD'] },
      known: {},
      refused: byCommand,
    },
    'KnownHostsCommand: revokes the key': {
      hosts: { target: ['KnownHostsCommand /bin/echo @revoked * GOOD'] },
      known: { known: right },
      refused: byCommand,
    },
    'KnownHostsCommand: none': { hosts: { target: ['KnownHostsCommand none'] }, known: { known: right } },
    'alias: known under it': { hosts: { target: ['HostKeyAlias box'] }, known: { known: 'box GOOD' } },
    'alias: known under the address only': { hosts: { target: ['HostKeyAlias box'] }, known: { known: right } },
    'config: a Match block': {
      hosts: { 'Match host 127.0.0.2': ['HostKeyAlias matched'], target: ['HostName 127.0.0.2'] },
      known: { known: 'matched GOOD' },
    },
    'config: a Match block by originalhost': {
      hosts: { 'Match originalhost target': ['HostKeyAlias matched'] },
      known: { known: 'matched GOOD' },
    },
    'config: an included file': {
      hosts: { '*': ['Include KH/own'] },
      known: { own: 'HostKeyAlias included', known: 'included GOOD' },
    },
    'keys: a wrong one': {
      hosts: { target: ['HostName 127.0.0.2', 'IdentityFile WRONG', 'Port PORT'] },
      known: { known: right },
    },
    'keys: only a wrong one': {
      hosts: { only: ['HostName 127.0.0.2', 'Port PORT', 'IdentityFile WRONG'] },
      target: 'only',
      known: { known: right },
    },
    'keys: an encrypted one': {
      hosts: { only: ['HostName 127.0.0.2', 'Port PORT', 'IdentityFile LOCKED'] },
      target: 'only',
      known: { known: right },
    },
    'keys: no public keys at all': { hosts: { target: ['PubkeyAuthentication no'] }, known: { known: right } },
    'keys: only other ways preferred': {
      hosts: { target: ['PreferredAuthentications password'] },
      known: { known: right },
    },
    'jump: both known': { hosts: viaGate, known: { known: `${right}\n${gates}` } },
    'jump: the jump host unknown': { hosts: viaGate, known: { known: right } },
    'jump: the jump host changed': { hosts: viaGate, known: { known: `${right}\n[127.0.0.3]:PORT OTHER` } },
    'jump: the jump host revoked': {
      hosts: viaGate,
      known: { known: `${right}\n${gates}\n@revoked [127.0.0.3]:PORT GOOD` },
    },
    'jump: the host unknown': { hosts: viaGate, known: { known: gates } },
    'jump: the host changed': { hosts: viaGate, known: { known: `[127.0.0.2]:PORT OTHER\n${gates}` } },
    'jump: each with a file of its own': {
      hosts: { target: ['ProxyJump gate', 'UserKnownHostsFile KH/own'], gate: ['UserKnownHostsFile KH/global'] },
      known: { own: right, global: gates },
    },
    'jump: the file of the host says nothing of the jump host': {
      hosts: { target: ['ProxyJump gate', 'UserKnownHostsFile KH/own'] },
      known: { own: `${right}\n${gates}` },
    },
    'jump: a wrong key for the jump host': {
      hosts: {
        ...viaGate,
        gate: ['HostName 127.0.0.3', 'Port PORT', 'IdentityFile WRONG', 'PreferredAuthentications none'],
      },
      known: { known: `${right}\n${gates}` },
    },
    'jump: two hops': { hosts: { target: ['ProxyJump outer,gate'] }, known: { known: `${right}\n${gates}` } },
    'jump: two hops, the first unknown': {
      hosts: { target: ['ProxyJump outer,gate'] },
      known: { known: `${right}\n[127.0.0.3]:PORT GOOD` },
    },
    'jump: two hops, the second changed': {
      hosts: { target: ['ProxyJump outer,gate'] },
      known: { known: `${right}\n[127.0.0.4]:PORT GOOD\n[127.0.0.3]:PORT OTHER` },
    },
    'jump: a jump host with a jump host of its own': {
      hosts: { ...viaGate, gate: ['ProxyJump outer'] },
      known: { known: `${right}\n${gates}` },
    },
    'jump: a jump host whose own jump host is unknown': {
      hosts: { ...viaGate, gate: ['ProxyJump outer'] },
      known: { known: `${right}\n[127.0.0.3]:PORT GOOD` },
    },
    'jump: -J with user and port': {
      jump: [{ name: '127.0.0.3', user: 'nobody-here' }],
      args: ['-J', 'nobody-here@127.0.0.3'],
      hosts: { '127.0.0.3': ['Port PORT', 'IdentityFile KEY'] },
      known: { known: `${right}\n${gates}` },
    },
    'jump: -J wins over ProxyCommand': {
      jump: [{ name: 'gate' }],
      args: ['-J', 'gate'],
      hosts: { target: ['ProxyCommand false'] },
      known: { known: `${right}\n${gates}` },
    },
    'jump: -J none': {
      jump: [],
      args: ['-J', 'none'],
      hosts: { target: ['ProxyJump nowhere'] },
      known: { known: right },
    },
    'jump: none in ssh_config': {
      hosts: { target: ['ProxyJump none'], '*': ['ProxyJump nowhere'] },
      known: { known: right },
    },
    'command: a copy': { hosts: copying, known: { known: right } },
    'command: a copy, the host unknown': { hosts: copying, known: {} },
    'command: one that fails': {
      hosts: { target: ["ProxyCommand sh -c 'echo no >&2; exit 3'"] },
      known: { known: right },
    },
    'command: one that is not there': { hosts: { target: ['ProxyCommand /no/such/program'] }, known: { known: right } },
    'command: none': { hosts: { target: ['ProxyCommand none'] }, known: { known: right } },
    'command: of a jump host': {
      hosts: { ...viaGate, gate: ['ProxyCommand NODE SCRIPT %h %p'] },
      known: { known: `${right}\n${gates}` },
    },
    'certificate: signed by the authority': { ...authority, known: { known: '@cert-authority * AUTHORITY' } },
    'certificate: the authority is for this port': {
      ...authority,
      known: { known: '@cert-authority [127.0.0.6]:CPORT AUTHORITY' },
    },
    'certificate: the authority is for other hosts': {
      ...authority,
      known: { known: '@cert-authority *.example AUTHORITY' },
    },
    'certificate: another authority': { ...authority, known: { known: '@cert-authority * OTHERCA' } },
    'certificate: one of two authorities': {
      ...authority,
      known: { known: '@cert-authority * OTHERCA\n@cert-authority 127.0.0.* AUTHORITY' },
    },
    'certificate: another authority, but the plain key': {
      ...authority,
      known: { known: '@cert-authority * OTHERCA\n[127.0.0.6]:CPORT ECDSA' },
    },
    'certificate: the authority, and another plain key': {
      ...authority,
      known: { known: '@cert-authority * AUTHORITY\n[127.0.0.6]:CPORT OTHER' },
    },
    'certificate: the authority is revoked': {
      ...authority,
      known: { known: '@cert-authority * AUTHORITY\n@revoked * AUTHORITY' },
    },
    'certificate: the authority is revoked, the plain key known': {
      ...authority,
      known: { known: '[127.0.0.6]:CPORT ECDSA\n@revoked * AUTHORITY' },
    },
    'certificate: its key is revoked': {
      ...authority,
      known: { known: '@cert-authority * AUTHORITY\n@revoked * ECDSA' },
    },
    'certificate: only the plain key': { ...authority, known: { known: '[127.0.0.6]:CPORT ECDSA' } },
    'certificate: for an alias in it': {
      ...authority,
      hosts: { certified: ['HostKeyAlias certified'] },
      known: { known: '@cert-authority certified AUTHORITY' },
    },
    'certificate: for an alias that is not in it': {
      ...authority,
      hosts: { certified: ['HostKeyAlias stranger'] },
      known: { known: '@cert-authority * AUTHORITY' },
    },
    'certificate: its kind of signature left out': {
      ...authority,
      hosts: { certified: ['CASignatureAlgorithms rsa-sha2-512'] },
      known: { known: '@cert-authority * AUTHORITY' },
    },
    'certificate: behind a jump host': {
      ...authority,
      hosts: { certified: ['ProxyJump gate'] },
      known: { known: `@cert-authority 127.0.0.6 AUTHORITY\n${gates}` },
    },
    'certificate: through a command': {
      ...authority,
      hosts: { certified: ['ProxyCommand NODE SCRIPT %h %p'] },
      known: { known: '@cert-authority * AUTHORITY' },
    },
  };

  for (const [title, one] of Object.entries(cases)) it(title, async () => compare(one));

  it('in many cases of both kinds', () => {
    assert(verdicts.yes >= 15 && verdicts.no >= 15, JSON.stringify(verdicts));
  });
});

/** Numbers are those of certificates by the authority of these tests. */
function makeRevocationList(folder: string, words: string): void {
  const file = join(folder, 'krl-words');
  writeFileSync(file, `${words}\n`);
  execFileSync('ssh-keygen', ['-q', '-k', '-s', join(folder, 'authority.pub'), '-f', join(folder, 'krl'), file]);
}
