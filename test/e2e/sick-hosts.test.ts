/** Hosts that hang, six at each stage of a command's way, before fifty that are well: nobody waits for them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { SilentFrom } from '../../src/testing/host-options.ts';
import { startLoopbackFleet, type LoopbackFleet } from '../../src/testing/loopback.ts';
import { startFullServer } from '../support/full-server.ts';
import { openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';

const wellHosts = 50;
const sickHostsAStage = 6;
/** Before these there is the connection itself. */
const stages: readonly SilentFrom[] = ['banner', 'key exchange', 'login', 'channel', 'command'];

describe('hosts that hang', { skip: sshdReason() }, () => {
  let bench: Bench;
  let sshd: Sshd;
  before(async () => {
    bench = openBench();
    sshd = await startSshd({ addresses: Array.from({ length: 10 }, (_, at) => `127.0.0.${at + 2}`) });
  });
  after(async () => {
    await sshd.close();
    bench[Symbol.dispose]();
  });

  it('at any stage delay no result of another, and each is named with what it did not do', async () => {
    const numbers = Array.from({ length: sickHostsAStage }, (_, at) => at);
    const each = stages.flatMap((from) =>
      numbers.map((at) => ({ name: nameOf(from, at), faults: [{ kind: 'silent', from } as const] })),
    );
    const fleet = await startLoopbackFleet({ count: each.length, folder: join(bench.folder, 'fleet'), each });
    const full = await Promise.all(numbers.map(startFullServer));
    const cure = async (): Promise<void> =>
      void (await Promise.all([fleet.close(), ...full.map(async (one) => one[Symbol.asyncDispose]())]));
    let isCured = false;
    try {
      const hostsFile = writeHosts(fleet, full);
      const way = ['--hosts-file', hostsFile, '--known-hosts', join(bench.folder, 'known')];
      const limits = ['-t', '100', '-T', '100'];
      const running = startFunbric([...way, ...limits, '--accept-new', '--progress', 'json', '--', 'echo ok'], {
        cwd: bench.folder,
      });
      const events: Event[] = [];
      readEvents(running, events);
      const ended = (prefix: string): readonly Event[] =>
        events.filter(({ kind, host }) => kind === 'host-ended' && host?.startsWith(prefix));
      while (ended('web').length < wellHosts && running.child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(ended('sick').length, 0, JSON.stringify(ended('sick')[0]));
      assert.deepEqual(new Set(ended('web').map(({ status }) => status)), new Set(['completed']));
      isCured = true;
      await cure();
      const { status, stderr } = await running.ended;
      assert.equal(status, 2, stderr);
      assert.equal(ended('sick').length, each.length + full.length);
      const told = new Set(ended('sick').map(({ host, status: became }) => `${host?.replace(/-\d$/, '')}: ${became}`));
      assert.deepEqual(
        told,
        new Set([
          ...['connecting', 'banner', 'key_exchange', 'login'].map((stage) => `sick-${stage}: unreachable`),
          ...['channel', 'command'].map((stage) => `sick-${stage}: lost`),
        ]),
      );
    } finally {
      if (!isCured) await cure();
    }
  });

  /** The sick ones come first. */
  function writeHosts(
    fleet: LoopbackFleet,
    full: readonly { readonly address: string; readonly port: number }[],
  ): string {
    const path = join(bench.folder, 'hosts.json');
    const identityFile = sshd.identityFile;
    const sick = [
      ...full.map(({ address, port }, at) => [nameOf('connecting', at), { address, port }]),
      ...fleet.hosts.map(({ name, ...host }) => [
        name,
        { address: host.address, port: host.port, user: host.user, identityFile: fleet.identityFile },
      ]),
    ];
    const well = Array.from({ length: wellHosts }, (_, at) => [
      `web${at}`,
      { address: sshd.addresses[at % sshd.addresses.length], port: sshd.port, identityFile },
    ]);
    writeFileSync(path, JSON.stringify({ hosts: Object.fromEntries([...sick, ...well]) }));
    return path;
  }
});

function nameOf(stage: string, at: number): string {
  return `sick-${stage.replace(' ', '_')}-${at}`;
}

interface Event {
  readonly kind: string;
  readonly host?: string;
  readonly status?: string;
}

function readEvents({ child }: ReturnType<typeof startFunbric>, events: Event[]): void {
  let rest = '';
  child.stdout?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.map((line) => JSON.parse(line)));
  });
}
