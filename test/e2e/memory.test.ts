/** The controller's memory depends neither on how many hosts there are nor on how much they print. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBigFleet } from '../support/big-fleet.ts';
import { main, openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { startHosts } from '../support/hosts.ts';
import { peakBytes } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';

describe('the memory of the controller', { skip: sshdReason() }, () => {
  let bench: Bench;
  before(() => {
    bench = openBench();
  });
  after(() => bench[Symbol.dispose]());

  it('stays below 150 MB with a command on 500 hosts', async () => {
    await using fleet = await startBigFleet(500, bench.folder);
    const { child, ended } = startFunbric([...fleet.flags, '-t', '100', '--', 'true']);
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, peakBytes(child.pid))), 20);
    const { status, stdout, stderr } = await ended;
    clearInterval(looking);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    assert(most > 0 && most < 150e6, `${Math.round(most / 1e6)} MB`);
  });

  it('stays below 250 MB while a host prints without end and a slow reader reads, who misses no line of the others', async () => {
    const lines = 50;
    await using hosts = await startHosts(bench.folder);
    const [chatty = '', ...others] = hosts.names;
    const done = (name: string): string => join(bench.folder, `done-${name}`);
    const quiet = `for n in $(seq ${lines}); do echo line $n; sleep 0.02; done; set -- $SSH_CONNECTION; touch "${done('$3')}"`;
    const command = `case "$SSH_CONNECTION" in *" ${chatty} "*) exec yes "$(head -c 200 /dev/zero | tr '\\0' x)";; *) ${quiet};; esac`;
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    // For hangs only: where another host never comes to its end, this one would print for ever.
    const limit = { timeout: 600_000, killSignal: 'SIGKILL' } as const;
    const child = spawn(process.execPath, [main, ...hosts.flags, '--', command], { stdio: [...stdio], ...limit });
    const closed = once(child, 'close');
    const heard = new Map(others.map((name) => [name, 0]));
    let [bytes, most, rest, bytesAtEnd] = [0, 0, '', Infinity];
    for await (const chunk of child.stdout) {
      const text = rest + String(chunk);
      rest = text.slice(text.lastIndexOf('\n') + 1);
      bytes += text.length - rest.length;
      for (const name of others) {
        const said = text.slice(0, text.length - rest.length).split(`${name} | line `).length - 1;
        heard.set(name, (heard.get(name) ?? 0) + said);
      }
      most = Math.max(most, peakBytes(child.pid));
      // How long the others take is this machine's affair; starved of their turn, what they said would still not be here long after.
      if (bytesAtEnd === Infinity && others.every((name) => existsSync(done(name)))) bytesAtEnd = bytes;
      if (bytes > bytesAtEnd + 300e6 || (bytes > 64e6 && [...heard.values()].every((count) => count === lines))) break;
      // For as long as it isn't read, the hosts are held back.
      await sleep(5);
    }
    child.kill('SIGKILL');
    await closed;
    assert.deepEqual(
      [...heard],
      others.map((name) => [name, lines]),
      `after ${Math.round(bytes / 1e6)} MB, of which ${Math.round((bytes - bytesAtEnd) / 1e6)} MB were after they had said it`,
    );
    assert(most > 0 && most < 250e6, `${Math.round(most / 1e6)} MB`);
  });
});
