/** Hosts that stop answering on the way to a login: each wait ends at the connect limit, and says where it was. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startProxy } from '../support/proxy.ts';
import { startSickHost } from '../support/sick-host.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

describe('a host that falls silent', { skip: sshdReason(), timeout: 60_000 }, () => {
  let folder: string;
  let sshd: Sshd;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-silence-'));
    sshd = await startSshd({ addresses: ['127.0.0.2'] });
  });
  after(async () => {
    await sshd.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hostAt = (at: { readonly address: string; readonly port: number }): ReturnType<typeof testHost> => {
    const files = { identityFiles: [sshd.identityFile], knownHostsFiles: [join(folder, 'known')] };
    return testHost('web', { address: at.address, port: at.port, ...files });
  };
  const login = async (at: { readonly address: string; readonly port: number }, connectMs: number): Promise<void> => {
    const host = hostAt(at);
    const options = testConnect({ isNewKeyAccepted: true, connectMs });
    await using _ = await testTransports(folder).of(host).connect(host, options);
  };
  const target = (): { readonly address: string; readonly port: number } => ({ address: '127.0.0.2', port: sshd.port });
  const isTimeoutIn = (stage: string, hint: RegExp): object => ({
    code: 'unreachable',
    message: new RegExp(
      `^web \\(127\\.0\\.0\\.1:\\d+\\): timed out in ${stage} after 0\\.7 s, which is the connect limit`,
    ),
    hint,
  });

  it('is named as one that nothing answers for, where not even a connection is made', async () => {
    await using full = await startSickHost('connecting');
    await assert.rejects(login(full, 700), isTimeoutIn('connecting', /firewalls/));
  });

  it('is named as one that says nothing, where that is before the key exchange', async () => {
    await using proxy = await startProxy(target());
    proxy.freeze();
    await assert.rejects(login(proxy, 700), isTimeoutIn('key exchange', /is it sshd/));
  });

  it('is named as one that does not log in, where that is after the key exchange', async () => {
    await using sick = await startSickHost('login');
    await assert.rejects(login(sick, 700), isTimeoutIn('login', /PAM/));
  });

  it('is named as one that takes no command, where that is after the login', async () => {
    await using sick = await startSickHost('session');
    const host = hostAt(sick);
    const options = testConnect({ isNewKeyAccepted: true, connectMs: 700 });
    await using connection = await testTransports(folder).of(host).connect(host, options);
    await assert.rejects(connection.exec('true'), {
      code: 'lost',
      message:
        /^web \(127\.0\.0\.1:\d+\): no command can be started: no answer within 0\.7 s, which is the connect limit/,
      hint: /processes.*-t/,
    });
  });
});
