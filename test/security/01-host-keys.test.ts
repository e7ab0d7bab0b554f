/** Promise 1: an unknown host key is refused unless --accept-new, a changed or revoked one always, before any credential. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startFleet, type TestFleet } from '../../src/testing/index.ts';

/** The point of another host. */
const strangersKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqV5sJl2yXkT5eTrWfN4lL6l0pPZrJ9QyqC3yZ7Vw8d';

interface Case {
  readonly what: string;
  /** Of the file, from the host's name in it and its right key. */
  readonly text: (name: string, key: string) => string;
  readonly isHashed?: true;
  readonly isIn: boolean;
  readonly isInWithAcceptNew: boolean;
}

const cases: readonly Case[] = [
  { what: 'nothing', text: () => '', isIn: false, isInWithAcceptNew: true },
  { what: 'its key', text: (name, key) => `${name} ${key}`, isIn: true, isInWithAcceptNew: true },
  { what: 'its key, hashed', text: (n, k) => `${n} ${k}`, isHashed: true, isIn: true, isInWithAcceptNew: true },
  { what: 'its key by a wildcard', text: (_, key) => `[127.0.0.?]:* ${key}`, isIn: true, isInWithAcceptNew: true },
  { what: 'its key without the port', text: (_, key) => `127.0.0.1 ${key}`, isIn: true, isInWithAcceptNew: true },
  { what: 'its key for all but it', text: (n, k) => `*,!${n},!127.0.0.1 ${k}`, isIn: false, isInWithAcceptNew: true },
  { what: 'its key for another port', text: (_, k) => `[127.0.0.1]:1 ${k}`, isIn: false, isInWithAcceptNew: true },
  { what: 'another key', text: (name) => `${name} ${strangersKey}`, isIn: false, isInWithAcceptNew: false },
  {
    what: 'another key, hashed',
    text: (n) => `${n} ${strangersKey}`,
    isHashed: true,
    isIn: false,
    isInWithAcceptNew: false,
  },
  {
    what: 'two keys, one its own',
    text: (n, k) => `${n} ${strangersKey}\n${n} ${k}`,
    isIn: true,
    isInWithAcceptNew: true,
  },
  { what: 'its key, revoked', text: (n, k) => `${n} ${k}\n@revoked ${n} ${k}`, isIn: false, isInWithAcceptNew: false },
  { what: 'its key, revoked for all', text: (_, key) => `@revoked * ${key}`, isIn: false, isInWithAcceptNew: false },
  {
    what: 'its key as an authority',
    text: (_, key) => `@cert-authority * ${key}`,
    isIn: false,
    isInWithAcceptNew: true,
  },
];

describe('promise 1: host keys', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let folder: string;
  let logins = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-keys-'));
    fleet = await startFleet({ hosts: [{ name: 'web' }], onLogin: () => logins++ });
  });
  after(async () => {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fileOf = ({ text, isHashed }: Case): string => {
    const file = join(folder, 'known_hosts');
    const name = `[127.0.0.1]:${fleet.hosts[0]?.port}`;
    const key = readFileSync(fleet.knownHostsFile, 'utf8').split(' ').slice(1).join(' ').trim();
    writeFileSync(file, `${text(name, key)}\n`);
    if (isHashed) execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    return file;
  };
  const noKeygen = !existsSync('/usr/bin/ssh-keygen') && 'no ssh-keygen here (Debian: openssh-client)';
  const noSsh = !existsSync('/usr/bin/ssh') && 'no ssh here (Debian: openssh-client)';

  for (const one of cases) {
    const skip = one.isHashed === true && noKeygen;
    for (const isAcceptNew of [false, true]) {
      const isIn = isAcceptNew ? one.isInWithAcceptNew : one.isIn;
      const flags = isAcceptNew ? ['--accept-new'] : [];
      const title = `${isIn ? 'lets in' : 'refuses, before any credential,'} a host of which known_hosts has ${one.what}`;
      it(`${title}${isAcceptNew ? ', with --accept-new' : ''}`, { skip }, async () => {
        const file = fileOf(one);
        const text = readFileSync(file, 'utf8');
        logins = 0;
        const ended = await fleet.run(['--known-hosts', file, ...flags, '--', 'true']);
        assert.equal(ended.status, isIn ? 0 : 2, ended.stderr);
        if (isIn) return assert(logins > 0);
        assert.equal(logins, 0, 'a credential was offered');
        assert.match(ended.stderr, /^web(?: \(127\.0\.0\.1:\d+\))?: .*its host key .*(unknown|changed|revoked)/);
        assert.equal(readFileSync(file, 'utf8'), text);
      });
    }
  }

  it('decides on each of these as ssh -o BatchMode=yes does', { skip: noSsh || noKeygen }, async () => {
    const { user = '', port = 0 } = fleet.hosts[0] ?? {};
    for (const one of cases) {
      const options = [`UserKnownHostsFile=${fileOf(one)}`, 'GlobalKnownHostsFile=none', 'BatchMode=yes'];
      const args = ['-F', 'none', '-i', fleet.identityFile, ...options.flatMap((option) => ['-o', option])];
      const child = spawn('ssh', [...args, '-p', String(port), `${user}@127.0.0.1`, 'true'], { stdio: 'ignore' });
      const [status] = await once(child, 'close');
      assert.equal(status === 0, one.isIn, one.what);
    }
  });
});
