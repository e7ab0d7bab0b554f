import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeLoginGate, type LoginAttempt } from '../../src/transports/login/gate.ts';

const { signal } = new AbortController();
const isOver = (): boolean => false;
const dropped: LoginAttempt<number> = { kind: 'dropped', reason: 'closed' };
const connected: LoginAttempt<number> = { kind: 'connected', value: 1 };
/** Pauses of no length. */
const gate = (): ReturnType<typeof makeLoginGate> => makeLoginGate(() => -0.5);

/** An sshd that drops what comes when so many are logging in. */
function makeSshd(allowed: number): {
  readonly attempt: () => Promise<LoginAttempt<number>>;
  most(): number;
  drops(): number;
} {
  let [now, most, drops] = [0, 0, 0];
  return {
    most: () => most,
    drops: () => drops,
    async attempt() {
      if (now >= allowed) {
        drops++;
        return dropped;
      }
      most = Math.max(most, ++now);
      await turn();
      now--;
      return connected;
    },
  };
}

const times = (count: number, login: () => Promise<unknown>): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, login));

describe('login gate', () => {
  it('lets 8 logins to one address go on at first, and others to other addresses', async () => {
    const doors = gate();
    const ends: (() => void)[] = [];
    const attempt = async (): Promise<LoginAttempt<number>> => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return connected;
    };
    const logins = ['a', 'b', 'c'].map((address) =>
      times(20, async () => doors.login({ address, signal, isOver, attempt })),
    );
    await turn();
    assert.equal(ends.length, 3 * 8);
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await turn();
    }
    await Promise.all(logins);
  });

  it('grows with every round of logins that succeed', async () => {
    const sshd = makeSshd(1000);
    const doors = gate();
    await times(500, async () => doors.login({ address: 'a', signal, isOver, attempt: sshd.attempt }));
    assert(sshd.most() > 24 && sshd.most() < 64, `${sshd.most()} at once`);
  });
  it('halves with a drop, and finds the width that an sshd takes without losing a login', async () => {
    const sshd = makeSshd(10);
    const doors = gate();
    const outcomes = await times(500, async () => doors.login({ address: 'a', signal, isOver, attempt: sshd.attempt }));
    assert.deepEqual(new Set(outcomes), new Set([connected]));
    assert(sshd.drops() > 0, 'it was no trap');
    assert(sshd.drops() < 100, `${sshd.drops()} drops`);
  });

  it('lets one at a time try where all are dropped, and gives a place up in the pauses', async () => {
    const doors = gate();
    let [now, most, tries] = [0, 0, 0];
    const attempt = async (): Promise<LoginAttempt<number>> => {
      now++;
      if (++tries > 30) most = Math.max(most, now);
      await turn();
      now--;
      return dropped;
    };
    await times(20, async () => doors.login({ address: 'a', signal, isOver, attempt }));
    assert.equal(most, 1);
  });

  it('tries a dropped login six times more where none succeeded, and then gives it back', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<number>> => {
      tries++;
      return dropped;
    };
    assert.equal(await gate().login({ address: 'a', signal, isOver, attempt }), dropped);
    assert.equal(tries, 7);
  });

  for (const [why, reason, first] of [
    ['sshd let another in', 'closed', connected],
    ['sshd says that it is busy', 'Exceeded MaxStartups', undefined],
  ] as const) {
    it(`tries on until the time is over where ${why}`, async () => {
      const doors = gate();
      if (first !== undefined) await doors.login({ address: 'a', signal, isOver, attempt: async () => first });
      let tries = 0;
      const attempt = async (): Promise<LoginAttempt<number>> => {
        tries++;
        return { kind: 'dropped', reason };
      };
      const outcome = await doors.login({ address: 'a', signal, isOver: () => tries === 20, attempt });
      assert.deepEqual([outcome, tries], [{ kind: 'dropped', reason }, 20]);
    });
  }

  it('tries no more once the time for the login is over, and says that it was dropped', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<number>> => {
      tries++;
      return dropped;
    };
    assert.equal(await gate().login({ address: 'a', signal, isOver: () => tries === 2, attempt }), dropped);
    assert.equal(tries, 2);
  });

  it('tries nothing again that was refused', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<number>> => {
      tries++;
      throw new Error('refused');
    };
    await assert.rejects(gate().login({ address: 'a', signal, isOver, attempt }), /refused/);
    assert.equal(tries, 1);
  });

  it('lets a caller that gives up out of the line, and keeps the place for the next', async () => {
    const doors = gate();
    const ends: (() => void)[] = [];
    const attempt = async (): Promise<LoginAttempt<number>> => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return connected;
    };
    const running = times(8, async () => doors.login({ address: 'a', signal, isOver, attempt }));
    const quitter = new AbortController();
    const quitting = doors.login({ address: 'a', signal: quitter.signal, isOver, attempt });
    const next = doors.login({ address: 'a', signal, isOver, attempt });
    quitter.abort(new Error('enough'));
    await assert.rejects(quitting, /enough/);
    while (ends.length < 8) await turn();
    for (const end of ends.splice(0)) end();
    await running;
    while (ends.length < 1) await turn();
    for (const end of ends) end();
    assert.equal(await next, connected);
  });
});
