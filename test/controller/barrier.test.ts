import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Barriers } from '../../src/controller/run/barrier.ts';
import { sleep } from '../../src/controller/fan-out/waiting.ts';

const never = new AbortController().signal;

describe('a barrier', () => {
  it('opens for nobody before the last member has arrived', async () => {
    const barriers = new Barriers([0, 1]);
    const order: string[] = [];
    const first = barriers.arrive('go', 0, never).then(() => order.push('opened'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('second arrives');
    await Promise.all([first, barriers.arrive('go', 1, never)]);
    assert.deepEqual(order, ['second arrives', 'opened']);
  });

  it('does not wait for a member that left, before or after others arrived', async () => {
    const barriers = new Barriers([0, 1, 2]);
    barriers.leave(2);
    const first = barriers.arrive('go', 0, never);
    barriers.leave(1);
    await first;
    assert.deepEqual([...barriers.members], [0]);
  });

  it('runs its opening once, and lets nobody pass before that is done', async () => {
    const barriers = new Barriers([0, 1]);
    let openings = 0;
    const opening = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      openings += 1;
    };
    await Promise.all(
      [0, 1].map((member) => barriers.arrive('go', member, never, opening).then(() => assert.equal(openings, 1))),
    );
    assert.equal(openings, 1);
  });

  it('fails everyone when its opening fails', async () => {
    const barriers = new Barriers([0, 1]);
    const opening = (): Promise<void> => Promise.reject(new Error('not shared'));
    const ends = await Promise.allSettled([0, 1].map((member) => barriers.arrive('met', member, never, opening)));
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('lets a waiting member go with the reason of its signal', async () => {
    const barriers = new Barriers([0, 1]);
    const abort = new AbortController();
    const waiting = barriers.arrive('go', 0, abort.signal);
    abort.abort(new Error('Ctrl-C'));
    await assert.rejects(waiting, /Ctrl-C/);
  });

  it('lets a hundred hosts wait on one signal without a warning about leaks', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const members = Array.from({ length: 100 }, (_, member) => member);
    const barriers = new Barriers(members);
    const { signal } = new AbortController();
    await Promise.all(members.map((member) => barriers.arrive('go', member, signal)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    assert.deepEqual(warnings, []);
  });
});

describe('a sleep', () => {
  it('ends with the reason of its signal, at once', async () => {
    const abort = new AbortController();
    const sleeping = sleep(60_000, abort.signal);
    abort.abort(new Error('Ctrl-C'));
    await assert.rejects(sleeping, /Ctrl-C/);
  });

  it('lasts as long as it was asked to', async () => {
    const started = performance.now();
    await sleep(50, new AbortController().signal);
    // Timers go by a clock with ticks, of up to a few ms.
    assert.ok(performance.now() - started >= 45);
  });
});
