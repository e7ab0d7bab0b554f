/** A Node.js that is on its way to a host, over a real sshd, when the connection breaks or the user has had enough. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadAgentBundle } from '../../../src/controller/deploy/agent.ts';
import { deployAgent, type DeployedAgent } from '../../../src/controller/deploy/deploy.ts';
import { openRuntimes, type Runtimes } from '../../../src/controller/deploy/runtime.ts';
import { packageFiles } from '../../../src/controller/package-files.ts';
import { sshTransport } from '../../../src/transports/ssh.ts';
import type { Connection } from '../../../src/transports/transport.ts';
import { startProxy } from '../../support/proxy.ts';
import { sshdReason, startSshd, type Sshd } from '../../support/sshd.ts';
import { testConnect, testHost } from '../../support/transports.ts';
import { until } from '../../support/until.ts';

describe('sending a Node.js', { skip: sshdReason() }, () => {
  let sshd: Sshd;
  let runtimes: Runtimes;
  before(async () => {
    sshd = await startSshd({ addresses: ['127.0.0.2'] });
    runtimes = await openRuntimes({ kind: 'files', paths: [process.execPath] }, []);
  });
  after(async () => {
    await runtimes[Symbol.asyncDispose]();
    await sshd.close();
  });

  const connect = async (place: { readonly address: string; readonly port: number }): Promise<Connection> => {
    const { user, identityFile } = sshd;
    const transport = sshTransport({
      home: sshd.folder,
      userName: user,
      env: {},
      random: () => 0.5,
      now: () => new Date(),
      note: () => undefined,
    });
    const host = testHost('a', {
      ...place,
      user,
      identityFiles: [identityFile],
      knownHostsFiles: [join(sshd.folder, 'accepted_hosts')],
    });
    return await transport.connect(host, testConnect({ isNewKeyAccepted: true }));
  };
  const deploy = async (connection: Connection, signal = new AbortController().signal): Promise<DeployedAgent> => {
    const bundle = await loadAgentBundle(packageFiles.agent);
    return await deployAgent(connection, { bundle, runtimes, signal, onSending: () => undefined });
  };
  const cached = (): readonly string[] => {
    const cache = join(sshd.folder, 'home/.cache/funbric');
    try {
      return readdirSync(cache, { recursive: true }).map((name) => join(cache, String(name)));
    } catch {
      return [];
    }
  };
  /** Some of it is there, under its temporary name. */
  const halfway = async (): Promise<void> =>
    await until('the upload', () => cached().some((path) => /\/\.node\.\w+$/.test(path) && bytesOf(path) > 1 << 20));
  const nothingLeft = async (): Promise<void> => {
    await until('its end on the host', () => !cached().some((path) => path.includes('/.node.')));
    assert.deepEqual(
      cached().filter((path) => path.endsWith('/node')),
      [],
    );
  };

  it('leaves nothing half on a host whose connection breaks, and the next try succeeds', async () => {
    await using proxy = await startProxy({ address: '127.0.0.2', port: sshd.port });
    const connection = await connect(proxy);
    const deploying = assert.rejects(deploy(connection), { code: 'lost' });
    await halfway();
    proxy.reset();
    await deploying;
    await nothingLeft();

    await using direct = await connect({ address: '127.0.0.2', port: sshd.port });
    const { runtime } = await deploy(direct);
    assert.ok(readFileSync(runtime.path).equals(readFileSync(process.execPath)));
    rmSync(join(sshd.folder, 'home/.cache'), { recursive: true });
  });

  it('leaves nothing half on a host after Ctrl-C', async () => {
    await using connection = await connect({ address: '127.0.0.2', port: sshd.port });
    const interrupt = new AbortController();
    const deploying = assert.rejects(deploy(connection, interrupt.signal), /enough/);
    await halfway();
    interrupt.abort(new Error('enough'));
    await deploying;
    await nothingLeft();
  });
});

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
