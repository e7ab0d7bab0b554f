/** Hosts that stop answering on the way to a login: each wait ends at the connect limit, and says where it was. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import ssh2 from 'ssh2';
import { startProxy } from '../support/proxy.ts';
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

  const login = async (at: { readonly address: string; readonly port: number }, connectMs: number): Promise<void> => {
    const files = { identityFiles: [sshd.identityFile], knownHostsFiles: [join(folder, 'known')] };
    const host = testHost('web', { address: at.address, port: at.port, ...files });
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
    await using full = await startFullServer();
    await assert.rejects(login(full, 700), isTimeoutIn('connecting', /firewalls/));
  });

  it('is named as one that says nothing, where that is before the key exchange', async () => {
    await using proxy = await startProxy(target());
    proxy.freeze();
    await assert.rejects(login(proxy, 700), isTimeoutIn('key exchange', /is it sshd/));
  });

  it('is named as one that does not log in, where that is after the key exchange', async () => {
    const hostKey = readFileSync(join(sshd.folder, 'host_key'));
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => undefined);
      // Who asks to log in gets no answer.
      client.on('authentication', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    assert(bound !== null && typeof bound === 'object');
    const { port } = bound;
    await assert.rejects(login({ address: '127.0.0.1', port }, 700), isTimeoutIn('login', /PAM/));
    server.close();
  });
});

/** A server whose line of connections is full, so that the kernel drops what comes, as a firewall would. */
async function startFullServer(): Promise<{ readonly address: string; readonly port: number } & AsyncDisposable> {
  const program = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    process.stdout.write(this.address().port + '\\n');
  })`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  assert(child.stdout !== null);
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let sent = 0; sent < 8; sent++) waiting.push(connect(port, '127.0.0.1').on('error', () => undefined));
  return {
    address: '127.0.0.1',
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
