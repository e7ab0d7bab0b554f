/** How long the login to a jump host stays open for those who come later. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { makeJumps, type JumpLogin, type Jumps } from '../../src/transports/route/jump.ts';
import { testConnect } from '../support/transports.ts';

/** Jump hosts that are always there. */
function openJumps(): { readonly jumps: Jumps; readonly logins: () => number; readonly closed: () => number } {
  let logins = 0;
  let closed = 0;
  const jumps = makeJumps(async (): Promise<JumpLogin> => {
    logins++;
    return Promise.resolve({
      client: new ssh2.Client(),
      place: { name: 'gate', address: '127.0.0.1', port: 22 },
      line: {
        start: async () => Promise.resolve('full'),
        closed: new Promise(() => undefined),
        close: async () => Promise.resolve(void closed++),
        endedBecause: () => undefined,
      },
    });
  });
  return { jumps, logins: () => logins, closed: () => closed };
}

describe('the login to a jump host', () => {
  const take = async (jumps: Jumps): ReturnType<Jumps['take']> => jumps.take([{ name: 'gate' }], [], testConnect());

  it('is found by who comes a moment after the last has left, and closed after that moment', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { jumps, logins, closed } = openJumps();
    (await take(jumps)).release();
    t.mock.timers.tick(999);
    const later = await take(jumps);
    t.mock.timers.tick(10_000);
    await turn();
    assert.deepEqual([logins(), closed()], [1, 0], 'it is in use again');
    later.release();
    t.mock.timers.tick(1000);
    await turn();
    assert.deepEqual([logins(), closed()], [1, 1]);
    (await take(jumps)).release();
    assert.equal(logins(), 2);
  });
});
