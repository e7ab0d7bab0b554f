import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { explain } from '../../src/model/errors.ts';
import type { Hop, Host } from '../../src/model/host.ts';
import type { Transports } from '../../src/transports/registry.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { descendantsOf, killDescendants } from '../support/processes.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { runCommand, testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

describe('hosts behind a jump host', { skip: sshdReason(), timeout: 600_000 }, () => {
  let folder: string;
  let gate: Sshd;
  let inner: Sshd;
  let transports: Transports;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-jump-'));
    gate = await startSshd({ addresses: ['127.0.0.2'] });
    inner = await startSshd({ addresses: ['127.0.0.3', '127.0.0.4'] });
    transports = testTransports(folder);
  });
  afterEach(async () => {
    await transports.close();
    transports = testTransports(folder);
  });
  after(async () => {
    await gate.close();
    await inner.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hopOf = (sshd: Sshd, fields: Partial<Hop> = {}): Hop => ({
    name: 'gate',
    address: sshd.addresses[0],
    port: sshd.port,
    identityFiles: [sshd.identityFile],
    knownHostsFiles: [sshd.knownHostsFile],
    ...fields,
  });
  const behind = (jump: readonly Hop[], name = 'web', fields: Partial<Host> = {}): Host =>
    testHost(name, { ...hopOf(inner), jump: [...jump], ...fields, name });
  const connect = async (host: Host, connectMs = 20_000): Promise<Connection> =>
    transports.of(host).connect(host, testConnect({ connectMs }));
  const refusalOf = async (host: Host, connectMs?: number): Promise<string> => {
    try {
      await using connection = await connect(host, connectMs);
      return `${connection.name} was reached`;
    } catch (error) {
      return explain(error);
    }
  };
  const loginsSince = (sshd: Sshd, length: number): number =>
    sshd.log().slice(length).split('Accepted publickey').length - 1;

  it('share one login to it, which ends a moment after the last of them', async () => {
    const before = gate.log().length;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const connections = await Promise.all(names.map(async (name) => connect(behind([hopOf(gate)], name))));
    const outputs = await Promise.all(connections.map(async (one) => runCommand(one, 'echo $SSH_CLIENT')));
    assert(outputs.every(({ exit, stdout }) => exit.kind === 'exited' && stdout.toString().startsWith('127.0.0.')));
    // Before the others leave: a busy machine may take longer for a login than the moment lasts.
    await using last = await connect(behind([hopOf(gate)], 'later'));
    await Promise.all(connections.map(async (one) => one[Symbol.asyncDispose]()));
    assert.equal((await runCommand(last, 'exit 0')).exit.kind, 'exited');
    assert.equal(loginsSince(gate, before), 1);
    await last[Symbol.asyncDispose]();
    await until('the login to the jump host is closed', () => descendantsOf(gate.pid).length === 0);
  });

  it('are lost with it, and say so', async () => {
    const connection = await connect(behind([hopOf(gate)]));
    const remote = await connection.exec('sleep 60');
    remote.stdout.resume();
    remote.stderr.resume();
    killDescendants(gate.pid);
    const lost = /^jump host gate \(127\.0\.0\.2:\d+\) was lost: /;
    const exit = await remote.exit;
    assert(exit.kind === 'lost');
    assert.match(exit.reason, lost);
    assert.match(await connection.closed, lost);
    // The next one doesn't lean on the login that is gone.
    assert.equal(await refusalOf(behind([hopOf(gate)])), 'web was reached');
  });

  it('name the hop that was too slow, and the limit', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const silent = hopOf(gate, { address: '127.0.0.1', port });
    const slow = 'timed out in key exchange after 2 s, which is the connect limit';
    const ofGate = await refusalOf(behind([silent]), 2000);
    assert(ofGate.startsWith(`web: jump host gate (127.0.0.1:${port}): ${slow}`), ofGate);
    // The login to the jump host is there already: only the way from there on is within the limit.
    await using _ = await connect(behind([hopOf(gate)]));
    const ofTarget = await refusalOf(behind([hopOf(gate)], 'web', { address: '127.0.0.1', port }), 2000);
    assert(ofTarget.startsWith(`web (127.0.0.1:${port}): ${slow}`), ofTarget);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('try a jump host that can not be reached no more often than one host would', async () => {
    let tries = 0;
    const server = createServer((socket) => {
      tries++;
      socket.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const refusals = [];
    for (const name of ['a', 'b', 'c']) {
      refusals.push(await refusalOf(behind([hopOf(gate, { address: '127.0.0.1', port })], name)));
    }
    server.close();
    assert.deepEqual(
      refusals.map((text) => text.replace(/^[abc]: jump host gate \(127\.0\.0\.1:\d+\): .*/s, 'named')),
      ['named', 'named', 'named'],
    );
    // A login and its six retries.
    assert.equal(tries, 7);
  });

  it('say what the jump host can not reach, and what it forbids', async () => {
    const nowhere = await refusalOf(behind([hopOf(gate)], 'web', { port: 1 }));
    assert.match(nowhere, /^web \(127\.0\.0\.3:1\): jump host gate \(127\.0\.0\.2:\d+\) can't reach it: /);
    await using closed = await startSshd({ addresses: ['127.0.0.5'], config: ['AllowTcpForwarding no'] });
    assert.match(await refusalOf(behind([hopOf(closed)])), /doesn't forward to it: .*AllowTcpForwarding/);
  });

  it('offer no credential to a jump host whose key is unknown, nor go on to the host', async () => {
    const [before, innerBefore] = [gate.log().length, inner.log().length];
    const refusal = await refusalOf(behind([hopOf(gate, { knownHostsFiles: [join(folder, 'none')] })]));
    assert.match(refusal, /^web: jump host gate \(127\.0\.0\.2:\d+\): its host key ssh-ed25519 SHA256:\S+ is unknown/);
    assert.doesNotMatch(gate.log().slice(before), /userauth-request|publickey/);
    assert.doesNotMatch(inner.log().slice(innerBefore), /Connection from/);
  });

  it('are reached over several of them, each once', async () => {
    const before = gate.log().length;
    const far = hopOf(inner, { name: 'far', address: '127.0.0.4' });
    await using one = await connect(behind([hopOf(gate), far], 'one'));
    await using two = await connect(behind([hopOf(gate), far], 'two'));
    const peers = await Promise.all([one, two].map(async (each) => runCommand(each, 'echo $SSH_CLIENT')));
    assert(peers.every(({ stdout }) => /^127\.0\.0\.\d+ /.test(stdout.toString())));
    assert.equal(loginsSince(gate, before), 1);
  });

  it('are refused where a jump host is reached through itself', async () => {
    const configFile = join(folder, 'circle');
    writeFileSync(configFile, 'Host *\n  ProxyJump gate\n');
    const host = testHost('web');
    const circle = testTransports(folder, { configFile });
    await assert.rejects(circle.of(host).connect(host, testConnect()), {
      code: 'unreachable',
      message: /jump host gate is reached through itself/,
    });
  });

  it('are reached in the same way by --transport openssh, where ssh can be told of the jump host', async () => {
    const configFile = join(folder, 'openssh');
    const block = [
      `  Port ${gate.port}`,
      `  IdentityFile ${gate.identityFile}`,
      `  UserKnownHostsFile ${gate.knownHostsFile}`,
    ];
    writeFileSync(configFile, ['Host 127.0.0.2', ...block, ''].join('\n'));
    const before = gate.log().length;
    const own = testTransports(folder, { configFile });
    const host = behind([{ name: 'gate', address: '127.0.0.2' }], 'web', { transport: 'openssh' });
    await using connection = await own.of(host).connect(host, testConnect());
    assert.equal((await runCommand(connection, 'echo in')).stdout.toString(), 'in\n');
    assert.equal(loginsSince(gate, before), 1);
    const keyed = behind([hopOf(gate)], 'web', { transport: 'openssh' });
    await assert.rejects(own.of(keyed).connect(keyed, testConnect()), {
      message: /can't be told of the keys of jump host gate/,
    });
    const forwarding = testTransports(folder, { configFile, isAgentForwarded: true });
    assert.throws(() => forwarding.check([host]), { code: 'usage', message: /openssh takes no -A/ });
    const secret = testTransports(folder, { configFile, secrets: { password: 'x' } });
    assert.throws(() => secret.check([host]), { code: 'usage', message: /openssh takes no login password/ });
  });

  it('may use the keys of the agent only with -A, and jump hosts never', async () => {
    const socket = await startAgentSocket(join(folder, 'agent'));
    const env = { SSH_AUTH_SOCK: join(folder, 'agent') };
    const shown = async (isAgentForwarded: boolean): Promise<string> => {
      const forwarding = testTransports(folder, { env, isAgentForwarded });
      const host = behind([hopOf(gate)]);
      await using connection = await forwarding.of(host).connect(host, testConnect());
      const { stdout } = await runCommand(connection, 'echo "agent:$SSH_AUTH_SOCK"');
      await connection[Symbol.asyncDispose]();
      await forwarding.close();
      return stdout.toString().trim();
    };
    const before = gate.log().length;
    assert.equal(await shown(false), 'agent:');
    assert.match(await shown(true), /^agent:\/./);
    assert.doesNotMatch(gate.log().slice(before), /auth-agent-req/);
    await using refusing = await startSshd({ addresses: ['127.0.0.6'], config: ['AllowAgentForwarding no'] });
    const forwarding = testTransports(folder, { env, isAgentForwarded: true });
    const host = testHost('web', { ...hopOf(refusing), name: 'web' });
    await using connection = await forwarding.of(host).connect(host, testConnect());
    assert.equal((await runCommand(connection, 'echo "agent:$SSH_AUTH_SOCK"')).stdout.toString(), 'agent:\n');
    socket.close();
  });

  it('need an agent for -A', async () => {
    const host = testHost('web', { ...hopOf(inner), name: 'web' });
    const forwarding = testTransports(folder, { isAgentForwarded: true });
    await assert.rejects(forwarding.of(host).connect(host, testConnect()), { message: /-A has no agent to forward/ });
  });
});

/** An agent without a key. */
async function startAgentSocket(path: string): Promise<{ close(): void }> {
  const server = createServer((socket) =>
    socket.on('data', () => socket.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]))),
  );
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
