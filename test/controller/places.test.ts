import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { inPlaces } from '../../src/controller/fan-out/places.ts';

/** Longer than a place waits for a login. */
const longMs = 2000;

describe('places', () => {
  it('are as many as -P says, and results keep the order of the hosts', async () => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    let [now, most] = [0, 0];
    const results = await inPlaces(hosts, { parallel: 3 }, async (name, place) => {
      await place.reach(turn);
      most = Math.max(most, ++now);
      for (let left = name.charCodeAt(0) % 3; left >= 0; left--) await turn();
      now--;
      return name;
    });
    assert.deepEqual(results, hosts);
    assert.equal(most, 3);
  });

  it('are given up by hosts that do not log in, and taken again first by those that do after all', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const log: string[] = [];
    const ends = new Map<string, () => void>();
    const running = inPlaces(['sick1', 'sick2', 'web1', 'web2', 'web3'], { parallel: 2 }, async (name, place) => {
      if (name.startsWith('sick')) await place.reach(async () => new Promise<void>((end) => ends.set(name, end)));
      log.push(`${name} begins`);
      await new Promise<void>((end) => ends.set(name, end));
      log.push(`${name} ends`);
    });
    await turn();
    assert.equal(log.length, 0);
    t.mock.timers.tick(longMs);
    await turn();
    assert.deepEqual(log.splice(0), ['web1 begins', 'web2 begins']);
    // Logged in now, with both places taken.
    ends.get('sick1')?.();
    await turn();
    assert.equal(log.length, 0);
    ends.get('web1')?.();
    await turn();
    assert.deepEqual(log.splice(0), ['web1 ends', 'sick1 begins']);
    for (const name of ['web2', 'sick1', 'sick2']) {
      ends.get(name)?.();
      await turn();
    }
    for (const name of ['web3', 'sick2']) {
      ends.get(name)?.();
      await turn();
    }
    await running;
    assert.deepEqual(log.filter((line) => line.endsWith('ends')).length, 4);
  });

  it('are given up nine times at most: hosts that hang hold sockets', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let begun = 0;
    const ends: (() => void)[] = [];
    const running = inPlaces(Array.from({ length: 30 }), { parallel: 2 }, async (_, place) => {
      begun++;
      await place.reach(async () => new Promise<void>((end) => ends.push(end)));
    });
    for (let passed = 0; passed < 20; passed++) {
      await turn();
      t.mock.timers.tick(longMs);
    }
    assert.equal(begun, 18);
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await turn();
      await turn();
      await turn();
    }
    await running;
    assert.equal(begun, 30);
  });

  it('are kept where a host decides whether the next one begins', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let begun = 0;
    const ends: (() => void)[] = [];
    const running = inPlaces(Array.from({ length: 3 }), { parallel: 1, isKept: true }, async (_, place) => {
      begun++;
      await place.reach(async () => new Promise<void>((end) => ends.push(end)));
    });
    for (let host = 1; host <= 3; host++) {
      t.mock.timers.tick(longMs);
      await turn();
      assert.equal(begun, host);
      ends.pop()?.();
      await turn();
    }
    await running;
  });

  it('are left by a host that fails', async () => {
    const results = await inPlaces(['a', 'b'], { parallel: 1 }, async (name, place) => {
      try {
        await place.reach(async () => Promise.reject(new Error(name)));
      } catch (error) {
        return String(error);
      }
      return 'reached';
    });
    assert.deepEqual(results, ['Error: a', 'Error: b']);
  });
});
