import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeLoginGate, type LoginAttempt } from '../../src/transports/login-gate.ts';

const { signal } = new AbortController();
const isOver = (): boolean => false;
const dropped: LoginAttempt<string> = { kind: 'dropped', reason: 'closed' };

describe('login gate', () => {
  it('lets at most 8 logins to one address go on at once, and others to other addresses', async () => {
    const gate = makeLoginGate(() => 0);
    let now = 0;
    let most = 0;
    const attempt = async (): Promise<LoginAttempt<number>> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return { kind: 'connected', value: 1 };
    };
    await Promise.all(Array.from({ length: 50 }, async () => gate.login({ address: 'a', signal, isOver, attempt })));
    assert.equal(most, 8);
    most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => gate.login({ address: `${at}`, signal, isOver, attempt })),
    );
    assert.equal(most, 20);
  });

  it('tries a dropped login six times more, and then gives it back', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<string>> => {
      tries++;
      return dropped;
    };
    assert.equal(await makeLoginGate(() => -0.5).login({ address: 'a', signal, isOver, attempt }), dropped);
    assert.equal(tries, 7);
  });

  it('tries no more once the time for the login is over, and says that it was dropped', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<string>> => {
      tries++;
      return dropped;
    };
    const gate = makeLoginGate(() => -0.5);
    assert.equal(await gate.login({ address: 'a', signal, isOver: () => tries === 2, attempt }), dropped);
    assert.equal(tries, 2);
  });

  it('tries nothing again that was refused', async () => {
    let tries = 0;
    const attempt = async (): Promise<LoginAttempt<string>> => {
      tries++;
      throw new Error('refused');
    };
    await assert.rejects(makeLoginGate(() => 0).login({ address: 'a', signal, isOver, attempt }), /refused/);
    assert.equal(tries, 1);
  });

  it('lets a caller that gives up out of the line, and keeps the place for the next', async () => {
    const gate = makeLoginGate(() => 0);
    const ends: (() => void)[] = [];
    const attempt = async (): Promise<LoginAttempt<number>> => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return { kind: 'connected', value: 1 };
    };
    const running = Array.from({ length: 8 }, async () => gate.login({ address: 'a', signal, isOver, attempt }));
    const quitter = new AbortController();
    const quitting = gate.login({ address: 'a', signal: quitter.signal, isOver, attempt });
    const next = gate.login({ address: 'a', signal, isOver, attempt });
    quitter.abort(new Error('enough'));
    await assert.rejects(quitting, /enough/);
    while (ends.length < 8) await new Promise((resolve) => setImmediate(resolve));
    for (const end of ends.splice(0)) end();
    await Promise.all(running);
    while (ends.length < 1) await new Promise((resolve) => setImmediate(resolve));
    for (const end of ends) end();
    assert.deepEqual(await next, { kind: 'connected', value: 1 });
  });
});
