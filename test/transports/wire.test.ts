/** What our SSH client shows on the wire before anyone can see whether it works: settings whose loss would only cost time. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { startLoopbackFleet } from '../../src/testing/loopback.ts';
import { dial } from '../../src/transports/connection/dial.ts';
import { sshdReason, startSshd } from '../support/sshd.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';
import { startProxy } from '../support/proxy.ts';

describe('the SSH client', { timeout: 600_000 }, () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-wire-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('offers elliptic curves first and no group exchange', async () => {
    const { server, port, bytes } = await recorder();
    const host = testHost('web', { address: '127.0.0.1', port });
    const connecting = testTransports(folder).of(host).connect(host, testConnect());
    connecting.catch(() => undefined);
    const offered = keyExchangesOf(await bytes);
    server.close();
    await assert.rejects(connecting);
    assert.equal(offered[0], 'curve25519-sha256');
    assert.deepEqual(
      offered.filter((name) => name.includes('group-exchange')),
      [],
    );
  });

  it('names the key exchanges that it knows where a host only has others', { skip: sshdReason() }, async () => {
    await using sshd = await startSshd({ config: ['KexAlgorithms diffie-hellman-group-exchange-sha256'] });
    const host = testHost('web', { address: sshd.addresses[0], port: sshd.port, identityFiles: [sshd.identityFile] });
    await assert.rejects(testTransports(folder).of(host).connect(host, testConnect()), {
      code: 'unreachable',
      message: /key exchange/,
      hint: /curve25519/,
    });
  });

  it('turns off the delay of small packets', async (t) => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { mock: seen } = t.mock.method(await handleType(port), 'setNoDelay');
    const place = { name: 'web', address: '127.0.0.1', port };
    const { stream } = await dial(place, new AbortController().signal);
    stream.destroy();
    server.close();
    assert.deepEqual(
      seen.calls.map((call) => call.arguments),
      [[true]],
    );
  });

  it('takes a host for lost after 40 s of silence: three keepalives, 10 s apart, that it may miss', async () => {
    await using fleet = await startLoopbackFleet({ count: 1, folder: join(folder, 'fleet') });
    const [demo] = fleet.hosts;
    assert(demo !== undefined);
    await using proxy = await startProxy(demo);
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const fields = { address: proxy.address, port: proxy.port, identityFiles: [fleet.identityFile] };
      const host = testHost('web', { ...fields, knownHostsFiles: [join(folder, 'known')] });
      const options = testConnect({ isNewKeyAccepted: true });
      const connection = await testTransports(folder).of(host).connect(host, options);
      proxy.freeze();
      let reason: string | undefined;
      void connection.closed.then((because) => (reason = because));
      const afterSeconds = async (seconds: number): Promise<string | undefined> => {
        mock.timers.tick(seconds * 1000);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return reason;
      };
      for (const _ of [10, 20, 30]) assert.equal(await afterSeconds(10), undefined);
      mock.timers.tick(10_000);
      await until('its end', () => reason !== undefined);
      assert.equal(reason, 'it was silent for 40 s, which is the idle limit (3 keepalives, 10 s apart)');
    } finally {
      mock.timers.reset();
    }
  });
});

/** Takes what one client sends until its key exchange offer is whole. */
async function recorder(): Promise<{
  readonly server: Server;
  readonly port: number;
  readonly bytes: Promise<Buffer>;
}> {
  const server = createServer();
  const bytes = new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => {
      let taken = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.write('SSH-2.0-recorder\r\n');
      socket.on('data', (chunk) => {
        taken = Buffer.concat([taken, chunk]);
        const start = taken.indexOf('\r\n') + 2;
        if (start < 2 || taken.length < start + 4 || taken.length < start + 4 + taken.readUInt32BE(start)) return;
        resolve(taken.subarray(start));
        // No SSH at all, so that it isn't tried again.
        socket.end(Buffer.alloc(64, 0xff));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, bytes };
}

/** The first list of an SSH_MSG_KEXINIT, which is still in clear: length, padding, type, cookie, list. */
function keyExchangesOf(packet: Buffer): readonly string[] {
  assert.equal(packet.readUInt8(5), 20);
  const listAt = 6 + 16;
  return packet.toString('latin1', listAt + 4, listAt + 4 + packet.readUInt32BE(listAt)).split(',');
}

interface Handle {
  setNoDelay(isOn: boolean): unknown;
}

/** What all TCP sockets of this process are made of: Node has no call that tells a socket's options. */
async function handleType(port: number): Promise<Handle> {
  const socket: Socket & { _handle?: Handle } = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const type = Object.getPrototypeOf(socket._handle) as Handle;
  socket.destroy();
  return type;
}
