/** What a host may send through its ssh, when it doesn't keep to the protocol: it spoils its own connection, and nothing else. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  encodeField,
  encodeFrame,
  encodePacket,
  makeFrameCutter,
  message,
  readFields,
} from '../../src/transports/openssh/packets.ts';
import { connectProxy, type Proxy } from '../../src/transports/openssh/proxy.ts';
import type { RemoteProcess } from '../../src/transports/transport.ts';

const windowBytes = 1 << 21;

describe('a host behind the ssh program', { skip: process.platform === 'win32', timeout: 600_000 }, () => {
  let folder: string;
  let server: Server | undefined;
  let ssh: Socket;
  let proxy: Proxy;
  let started = 0;
  /** What arrived at the host's side, by type. */
  let seen: number[];
  before(() => (folder = mkdtempSync(join(tmpdir(), 'funbric-packets-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    proxy.close();
    server?.close();
  });

  /** An ssh in whose place the test speaks for the host. */
  const start = async (): Promise<void> => {
    const path = join(folder, `s${++started}`);
    seen = [];
    server = createServer((socket) => {
      ssh = socket;
      let isGreeted = false;
      const cut = makeFrameCutter((frame) => {
        if (isGreeted) return void seen.push(frame[1] ?? 0);
        const type = frame.readUInt32BE();
        if (type === 0x1000_0004) socket.write(encodeFrame([0x8000_0005, 0, 4321].map(encodeField)));
        if (type !== 0x1000_000f) return;
        socket.write(encodeFrame([0x8000_000f, 0].map(encodeField)));
        isGreeted = true;
      });
      socket.write(encodeFrame([1, 4].map(encodeField)));
      socket.on('data', cut);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    proxy = await connectProxy(path, new AbortController().signal);
  };
  const startCommand = async (window = 1000, maxPacketBytes = 100): Promise<RemoteProcess> => {
    const session = proxy.run('a command', undefined);
    say(message.channelOpenConfirmation, 0, 7, window, maxPacketBytes);
    say(message.channelSuccess, 0);
    const begun = await session.start;
    assert.equal(begun.kind, 'started');
    return begun.kind === 'started' ? begun.process : assert.fail();
  };
  const say = (type: number, ...fields: Parameters<typeof encodePacket>[1]): void =>
    void ssh.write(encodePacket(type, fields));
  const saw = async (type: number): Promise<void> => {
    while (!seen.includes(type)) await sleep(5);
  };

  it('tells exits, signals and the loss of its connection apart, also 255', async () => {
    for (const [name, fields, exit] of [
      ['exit-status', [255], { kind: 'exited', code: 255 }],
      ['exit-signal', ['KILL', false, '', ''], { kind: 'killed', signal: 'SIGKILL' }],
      ['exit-signal', ['\u001B[2J', false, '', ''], { kind: 'killed', signal: 'SIG?' }],
    ] as const) {
      await start();
      const remote = await startCommand();
      say(message.channelRequest, 0, name, false, ...fields);
      say(message.channelClose, 0);
      remote.stdout.resume();
      remote.stderr.resume();
      assert.deepEqual(await remote.exit, exit);
      await saw(message.channelClose);
      proxy.close();
      server?.close();
    }
    await start();
    const remote = await startCommand();
    say(message.channelClose, 0);
    remote.stdout.resume();
    remote.stderr.resume();
    assert.deepEqual(await remote.exit, { kind: 'lost', reason: 'the channel was closed without an exit status' });
  });

  it('answers what it is asked, and sends nothing more after it closed a channel', async () => {
    await start();
    const remote = await startCommand();
    say(message.channelRequest, 0, 'keepalive@openssh.com', true);
    await saw(message.channelFailure);
    say(message.channelClose, 0);
    await saw(message.channelClose);
    remote.stdin.write('more');
    remote.kill();
    await sleep(50);
    assert.equal(seen.at(-1), message.channelClose);
  });

  it('may take as little at once as it likes, even nothing', async () => {
    await start();
    const remote = await startCommand(5, 0);
    let isWritten = false;
    const written = new Promise<void>((resolve) => {
      remote.stdin.write('0123456789', () => {
        isWritten = true;
        resolve();
      });
    });
    const dataPackets = (): number => seen.filter((type) => type === message.channelData).length;
    while (dataPackets() < 5) await sleep(5);
    await sleep(50);
    assert.deepEqual([dataPackets(), isWritten], [5, false]);
    say(message.channelWindowAdjust, 0, 100);
    await written;
    while (dataPackets() < 10) await sleep(5);
  });

  it('is cut off when it sends more than it was allowed to, and no more than that is kept', async () => {
    await start();
    const remote = await startCommand();
    const chunk = Buffer.alloc(1 << 15);
    for (let sent = 0; sent <= windowBytes; sent += chunk.length) say(message.channelData, 0, chunk);
    assert.equal(await proxy.closed, 'it sent more than it was allowed to');
    assert(remote.stdout.readableLength <= windowBytes);
  });

  it('may send on as soon as something was read, also of what we have no use for', async () => {
    await start();
    const remote = await startCommand();
    const chunk = Buffer.alloc(1 << 15);
    for (let sent = 0; sent < windowBytes; sent += chunk.length) say(message.channelExtendedData, 0, 2, chunk);
    await saw(message.channelWindowAdjust);
    say(message.channelData, 0, 'after it');
    const [text] = await new Promise<Buffer[]>((resolve) =>
      remote.stdout.once('data', (data: Buffer) => resolve([data])),
    );
    assert.equal(String(text), 'after it');
  });

  for (const [what, bytes, reason] of [
    ['is too long', encodeField(0x7fff_ffff), /too long/],
    ['ends too early', encodeFrame([Buffer.from([0, message.channelData, 0, 0, 0, 0, 0, 0, 1, 0])]), /ends too early/],
    ['is empty', encodeFrame([]), /ends too early/],
    ['opens a channel twice', encodePacket(message.channelOpenConfirmation, [0, 8, 1, 1]), /twice/],
  ] as const) {
    it(`is cut off when a packet ${what}`, async () => {
      await start();
      await startCommand();
      ssh.write(bytes);
      assert.match(String(await proxy.closed), reason);
    });
  }

  it('is not heard where it speaks of channels that are not there, or in words that are unknown', async () => {
    await start();
    const remote = await startCommand();
    say(message.channelData, 99, 'nobody');
    say(200, 0, 'nothing');
    say(message.channelData, 0, 'something');
    const [text] = await new Promise<Buffer[]>((resolve) =>
      remote.stdout.once('data', (data: Buffer) => resolve([data])),
    );
    assert.equal(String(text), 'something');
  });

  it('is read the same however its packets are cut into pieces', () => {
    const packets = [encodePacket(94, [1, 'one']), encodePacket(94, [1, '']), encodePacket(98, [2, 'three', true, 4])];
    const stream = Buffer.concat(packets);
    for (let size = 1; size <= stream.length; size++) {
      const frames: Buffer[] = [];
      const cut = makeFrameCutter((frame) => frames.push(Buffer.from(frame)));
      for (let at = 0; at < stream.length; at += size) cut(stream.subarray(at, at + size));
      assert.deepEqual(
        frames.map((frame) => encodeFrame([frame])),
        packets,
      );
      const last = readFields(frames[2]?.subarray(2) ?? Buffer.alloc(0));
      assert.deepEqual([last.number(), last.text(), last.boolean(), last.number()], [2, 'three', true, 4]);
    }
  });
});
