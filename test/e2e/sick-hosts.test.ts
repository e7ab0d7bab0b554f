/** Hosts that hang, six at each stage of a command's way, before fifty that are well: nobody waits for them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { sickStages, startSickHost, type SickHost } from '../support/sick-host.ts';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';

const wellHosts = 50;
const sickHostsAStage = 6;

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
    const stages = sickStages.flatMap((stage) => Array.from({ length: sickHostsAStage }, () => stage));
    const sick = await Promise.all(stages.map(async (stage) => startSickHost(stage)));
    const cure = async (): Promise<void> =>
      void (await Promise.all(sick.map(async (host) => host[Symbol.asyncDispose]())));
    let isCured = false;
    try {
      const hostsFile = writeHosts(sick);
      const way = ['--hosts-file', hostsFile, '-i', sshd.identityFile, '--known-hosts', join(bench.folder, 'known')];
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
      assert.equal(ended('sick').length, stages.length);
      const told = new Set(ended('sick').map(({ host, status: became }) => `${host?.replace(/-\d$/, '')}: ${became}`));
      assert.deepEqual(
        told,
        new Set([
          ...['connecting', 'version', 'key_exchange', 'login'].map((stage) => `sick-${stage}: unreachable`),
          ...['session', 'command'].map((stage) => `sick-${stage}: lost`),
        ]),
      );
    } finally {
      if (!isCured) await cure();
    }
  });

  /** The sick ones come first. */
  function writeHosts(sick: readonly SickHost[]): string {
    const path = join(bench.folder, 'hosts.json');
    const sickOnes = sick.map(({ stage, address, port }, at) => [
      `sick-${stage.replace(' ', '_')}-${at % sickHostsAStage}`,
      { address, port },
    ]);
    const well = Array.from({ length: wellHosts }, (_, at) => [
      `web${at}`,
      { address: sshd.addresses[at % sshd.addresses.length], port: sshd.port },
    ]);
    writeFileSync(path, JSON.stringify({ hosts: Object.fromEntries([...sickOnes, ...well]) }));
    return path;
  }
});

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
