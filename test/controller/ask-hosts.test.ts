import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { askHosts, type FleetAccess } from '../../src/controller/asking/ask-hosts.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testHost } from '../support/transports.ts';

/** Longer than a place waits for a login. */
const longMs = 2000;

function connectionTo(name: string): Connection {
  return {
    name,
    closed: new Promise(() => undefined),
    exec: () => Promise.reject(new Error('nothing is run here')),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function fleetOf(names: readonly string[], connect: FleetAccess['connect']): FleetAccess {
  return {
    hosts: names.map((name) => testHost(name)),
    connect,
    isNewKeyAccepted: false,
    parallel: 2,
    workDir: undefined,
    runtime: { kind: 'auto' },
    currentFolder: '/',
    signal: new AbortController().signal,
    now: () => new Date(0),
    nowMs: () => 0,
  };
}

describe('hosts that are asked', () => {
  it('wait for no host that does not log in, however many of those come first', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const giveUp: (() => void)[] = [];
    const asked: string[] = [];
    const fleet = fleetOf(['sick1', 'sick2', 'web1', 'web2'], async ({ name }) => {
      if (name.startsWith('web')) return connectionTo(name);
      return new Promise((_resolve, reject) => giveUp.push(() => reject(new Error('the connect limit'))));
    });
    const answers = askHosts(fleet, async ({ name }) => asked.push(name));
    await turn();
    assert.deepEqual(asked, []);
    t.mock.timers.tick(longMs);
    for (let left = 10; left > 0; left--) await turn();
    assert.deepEqual(asked, ['web1', 'web2']);
    for (const end of giveUp) end();
    assert.deepEqual(
      (await answers).map(({ host, kind }) => `${host} ${kind}`),
      ['sick1 unreachable', 'sick2 unreachable', 'web1 answered', 'web2 answered'],
    );
  });

  it('have one limit for all that they are asked, where one is given', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const fleet = fleetOf(['stuck', 'web'], async ({ name }) => connectionTo(name));
    const ask = async ({ name }: Connection): Promise<string> =>
      name === 'web' ? 'well' : new Promise(() => undefined);
    const answers = askHosts(fleet, ask, { limitMs: 120_000 });
    for (let left = 10; left > 0; left--) await turn();
    t.mock.timers.tick(120_000);
    const [stuck, web] = await answers;
    assert.equal(web?.kind, 'answered');
    assert(stuck?.kind === 'failed');
    assert.match(stuck.reason, /^stuck: asking it took longer than 120 s \(it is overloaded/);
  });
});
