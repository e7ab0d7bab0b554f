import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimeKeeper } from '../../src/controller/run/time-keeper.ts';
import { hostClock } from '../../src/model/clock.ts';
import { until } from '../support/until.ts';

describe('the keeper of the time of a host', () => {
  it('counts an answer to each ping that it sent, once, and to nothing else', async () => {
    const { keeper, sent } = await keeperOf();
    const [first = 0, second = 0] = sent;
    keeper.pong(first, 1e9);
    keeper.pong(first, 2e9);
    keeper.pong(second + 1, 3e9);
    keeper.pong(second, 4e9);
    assert.deepEqual(
      keeper.pings.map(({ sentNs, hostNs }) => [sentNs, hostNs]),
      [
        [first, 1e9],
        [second, 4e9],
      ],
    );
    assert.ok(keeper.pings.every(({ sentNs, receivedNs }) => receivedNs > sentNs));
  });

  it('keeps the answer of a clock that ran backwards, so that no time of its host counts', async () => {
    const { keeper, sent } = await keeperOf();
    const [first = 0, second = 0] = sent;
    keeper.pong(first, 5e9);
    keeper.pong(second, 4e9);
    assert.equal(hostClock(keeper.pings).isRising, false);
  });
});

/** After its second ping. */
async function keeperOf(): Promise<{ readonly keeper: TimeKeeper; readonly sent: readonly number[] }> {
  const sent: number[] = [];
  let nowNs = 0;
  const keeper = new TimeKeeper(
    (sentNs) => sent.push(sentNs),
    () => (nowNs += 1e6),
  );
  await until('a second ping', () => sent.length >= 2);
  keeper.close();
  return { keeper, sent };
}
