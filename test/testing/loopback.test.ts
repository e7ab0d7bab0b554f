import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { userInfo, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../src/model/host.ts';
import { startLoopbackFleet, type LoopbackFleet } from '../../src/testing/loopback.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { isRunning } from '../support/processes.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

describe('loopback hosts', { timeout: 600_000 }, () => {
  let folder: string;
  let fleet: LoopbackFleet;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-loopback-'));
    fleet = await startLoopbackFleet({ count: 3, folder });
  });
  after(async () => {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hostAt = (index: number, fields: Partial<Host> = {}): Host => {
    const host = fleet.hosts[index];
    assert(host !== undefined);
    const { identityFile, knownHostsFile } = fleet;
    const files = { identityFiles: [identityFile], knownHostsFiles: [knownHostsFile] };
    return testHost(host.name, { address: host.address, port: host.port, ...files, ...fields });
  };
  const connect = async (host: Host): Promise<Connection> =>
    testTransports(folder).of(host).connect(host, testConnect());

  it('have names, ports and homes of their own, and node', async () => {
    assert.deepEqual(
      fleet.hosts.map(({ name }) => name),
      ['demo1', 'demo2', 'demo3'],
    );
    assert.equal(new Set(fleet.hosts.map(({ port }) => port)).size, 3);
    for (const [index, { home }] of fleet.hosts.entries()) {
      await using connection = await connect(hostAt(index));
      const { stdout } = await runCommand(connection, 'pwd; echo ~; node --version');
      assert.equal(stdout.toString(), `${home}\n${home}\n${process.version}\n`);
    }
  });

  it('let only their own key and user in', async () => {
    const strangers = await startLoopbackFleet({ count: 0, folder: join(folder, 'strangers') });
    await assert.rejects(connect(hostAt(0, { identityFiles: [strangers.identityFile] })), { code: 'unreachable' });
    await assert.rejects(connect(hostAt(0, { user: `${userInfo().username}x` })), { code: 'unreachable' });
    assert.equal(statSync(fleet.identityFile).mode & 0o777, 0o600);
  });

  it('keep every byte of both outputs, and its order, when the reader is slow', async () => {
    await using connection = await connect(hostAt(0));
    const bytes = 8_000_000;
    const line = (text: string): string => `yes ${text} | head -c ${bytes} | dd bs=${text.length + 3001} 2>/dev/null`;
    const remote = await connection.exec(`(${line('stdout')}) & (${line('stderr')}) >&2; wait`);
    remote.stdin.end();
    const read = async (stream: AsyncIterable<unknown>): Promise<string> => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) {
        if (Buffer.isBuffer(chunk)) chunks.push(chunk);
        // So that both fill the window again and again, and each waits for it in turn.
        await sleep(30);
      }
      return Buffer.concat(chunks).toString();
    };
    const [out, err] = await Promise.all([read(remote.stdout), read(remote.stderr), remote.exit]);
    assert(out === 'stdout\n'.repeat(bytes / 7 + 1).slice(0, bytes), `stdout differs (${out.length} bytes)`);
    assert(err === 'stderr\n'.repeat(bytes / 7 + 1).slice(0, bytes), `stderr differs (${err.length} bytes)`);
  });

  it('end what a connection left running', async () => {
    const connection = await connect(hostAt(1));
    const remote = await connection.exec('echo $$ > pid; trap "" HUP TERM; while :; do sleep 0.05; done');
    remote.stdout.resume();
    remote.stderr.resume();
    const file = join(fleet.hosts[1]?.home ?? '', 'pid');
    await until('its pid', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    await connection[Symbol.asyncDispose]();
    await until('its end', () => !isRunning(pid));
  });

  it('pass signals on', async () => {
    await using connection = await connect(hostAt(2));
    const remote = await connection.exec('trap "echo asked; exit 9" TERM; echo ready; while :; do sleep 0.05; done');
    let out = '';
    remote.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out === 'ready\n') remote.kill();
    });
    remote.stderr.resume();
    assert.deepEqual(await remote.exit, { kind: 'exited', code: 9 });
    assert.equal(out, 'ready\nasked\n');
  });
});
