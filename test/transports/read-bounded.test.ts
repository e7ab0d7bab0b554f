import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readText } from '../../src/controller/input/read-json.ts';
import { readCredentialsFile } from '../../src/controller/mounts/credentials.ts';
import { readIdentity } from '../../src/transports/auth/identities.ts';
import { knownHostsReader } from '../../src/transports/host-keys/known-hosts.ts';
import { readBounded } from '../../src/transports/read-bounded.ts';
import { readRevokedKeys } from '../../src/transports/host-keys/revoked-keys.ts';

const endless = '/dev/zero';

describe('a file that a person named', { skip: process.platform === 'win32' && 'there is no /dev/zero' }, () => {
  const readers: Readonly<Record<string, (file: string) => unknown>> = {
    known_hosts: (file) => knownHostsReader()([file]),
    'a list of revoked keys': readRevokedKeys,
    'a private key': (file) => {
      throw new Error(readIdentity(file).problem);
    },
    'a list of hosts': readText,
    'a credentials file of a mount': readCredentialsFile,
  };
  for (const [name, read] of Object.entries(readers)) {
    it(`ends to be read where it has no end: as ${name}, and is named`, () => {
      assert.throws(() => read(endless), /\/dev\/zero.*larger than \d+ bytes|larger than \d+ bytes.*\/dev\/zero/);
    });
  }

  it('is read whole up to the bound, and not one byte beyond it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bounded-'));
    try {
      const file = join(folder, 'file');
      writeFileSync(file, Buffer.alloc(200_000, 'ab'));
      assert.equal(readBounded(file, 200_000).toString(), 'ab'.repeat(100_000));
      assert.throws(() => readBounded(file, 199_999), /larger than 199999 bytes/);
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      assert.throws(() => readBounded(pipe), /it is a pipe, not a file, open '.*pipe'/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
