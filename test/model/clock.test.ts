import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostClock, type HostClock } from '../../src/model/clock.ts';
import { thinPings } from '../../src/model/epochs.ts';
import type { Ping } from '../../src/model/ping.ts';
import { randomOf } from '../../src/model/random.ts';
import { simulateClocks, type ClocksOptions } from '../support/simulated-clocks.ts';

const runs = Number(process.env['FUNBRIC_RUNS'] ?? 100);
const ms = 1e6;
const second = 1e9;
/** Pings ten times a second, over up to 200 ms a way. */
const usual = {
  hosts: 2,
  endNs: 30 * second,
  pauseNs: 200 * ms,
  delayNs: 200 * ms,
  troubles: 6,
  troubleNs: 2 * second,
};

/** How many times of how many runs have a bound; every bound has to hold. */
function boundedTimes(
  options: Omit<ClocksOptions, 'random'>,
  clockOf: (pings: readonly Ping[]) => HostClock,
): { readonly asked: number; readonly bounded: number; readonly stepped: number } {
  let [asked, bounded, stepped] = [0, 0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const random = randomOf(seed, 0xc10c);
    const { controllerAt, hosts } = simulateClocks({ random, ...options });
    for (const { at, pings } of hosts) {
      const clock = clockOf(pings);
      if (clock.steps.length > 0) stepped++;
      for (let count = 0; count < 100; count++) {
        const trueNs = random.below(options.endNs);
        const told = clock.toController(at(trueNs));
        asked++;
        if (told === undefined) continue;
        bounded++;
        const truth = controllerAt(trueNs);
        // A nanosecond for the rounding of doubles.
        const isTrue = told.low - 1 <= truth && truth <= told.high + 1;
        assert.ok(isTrue, `seed ${seed}: ${truth} is not in ${told.low} to ${told.high}`);
      }
    }
  }
  return { asked, bounded, stepped };
}

describe('the clock of a host', () => {
  it('is bounded by intervals that contain the truth, however unequal the ways and however both clocks drift', () => {
    const { asked, bounded, stepped } = boundedTimes({ ...usual, troubles: 0 }, hostClock);
    assert.equal(bounded, asked);
    assert.equal(stepped, 0, 'drift alone is no step');
  });

  it('is bounded truly where it or the controller steps, stands still or is slewed, seen or not', () => {
    const { asked, bounded, stepped } = boundedTimes(usual, hostClock);
    assert.equal(bounded, asked);
    assert.ok(stepped > 0);
  });

  it('is bounded truly where steps are far smaller than the bounds are wide', () => {
    const { asked, bounded } = boundedTimes({ ...usual, troubles: 20, troubleNs: 100 * ms }, hostClock);
    assert.equal(bounded, asked);
  });

  it('is bounded truly by the pings that are kept, as long as two troubles are some seconds apart', () => {
    const rested = { ...usual, endNs: 60 * second, delayNs: 20 * ms, restNs: 6 * second, troubleNs: 100 * ms };
    const { asked, bounded, stepped } = boundedTimes(rested, (pings) => hostClock(thinPings(pings)));
    assert.ok(bounded > 0.95 * asked, 'all but the first moments');
    assert.ok(stepped > 0);
  });

  it('has the same steps by the pings that are kept', () => {
    for (let seed = 0; seed < runs; seed++) {
      const { hosts } = simulateClocks({ random: randomOf(seed, 0xe90c), ...usual });
      for (const { pings } of hosts) {
        const kept = thinPings(pings);
        const stepsOf = (own: readonly Ping[]): unknown =>
          hostClock(own).steps.map(({ after, before }) => [own[after], own[before - 1], own[before]]);
        assert.deepEqual(stepsOf(kept), stepsOf(pings), `seed ${seed}`);
      }
    }
  });

  it('is known as well as the fast answers allow, also where for a while all are slow', () => {
    const pings = Array.from({ length: 199 }, (_, at) => {
      const isSlow = (at > 80 && at < 86) || at % 3 > 0;
      return ping(at * 500 * ms, 5e9, isSlow ? 400 * ms : ms);
    });
    const kept = thinPings(pings);
    assert.ok(kept.length > 60 && kept.length < 75, `${kept.length}`);
    assert.ok((hostClock(kept).bound?.worstNs ?? Infinity) < 7 * ms);
  });

  it('is known, between two answers, to what the slower took and the drift since', () => {
    const clock = hostClock([ping(0, 5e9), ping(second, 5e9, 2 * ms)]);
    const { low = 0, high = 0 } = clock.toController(5.5e9) ?? {};
    const times = Float64Array.of(-1, 5.5e9, NaN);
    assert.deepEqual([...(clock.boundsOf(times, 1) ?? [])], [low, high], 'also in a column');
    assert.deepEqual(
      [clock.boundsOf(times, 0), clock.boundsOf(times, 2), clock.boundsOf(times, 3)],
      Array(3).fill(undefined),
    );
    assert.ok(Math.abs(low - 0.4985e9) < 0.01 * ms && Math.abs(high - 0.5015e9) < 0.01 * ms, `${low} ${high}`);
    assert.ok(Math.abs((clock.bound?.worstNs ?? 0) - (high - low)) < 0.01 * ms);
  });

  it('is looked up alike however unevenly its answers come', () => {
    for (let seed = 0; seed < runs; seed++) {
      const random = randomOf(seed, 0x100c);
      let atNs = random.below(10) * 1e15;
      const pings = Array.from({ length: 2 + random.below(30) }, () => {
        atNs += random.below(3) * random.below(2 ** random.below(32));
        return ping(atNs, 0, 0);
      });
      const clock = hostClock(pings);
      const times = pings.map(({ hostNs }) => hostNs);
      for (const hostNs of times.flatMap((time) => [time - 1, time, time + 1, time + random.below(2 ** 31)])) {
        const before = times.findLast((time) => time < hostNs);
        const after = times.find((time) => time > hostNs);
        const told = clock.toController(hostNs);
        if (before === undefined || after === undefined) assert.equal(told, undefined);
        else assert.ok(told !== undefined && told.low >= before && told.high <= after, `seed ${seed}, ${hostNs}`);
      }
    }
  });

  it('is unknown before the first answer and after the last', () => {
    const clock = hostClock([ping(0, 5e9), ping(second, 5e9)]);
    for (const hostNs of [4.9e9, 6.1e9, NaN, Infinity]) assert.equal(clock.toController(hostNs), undefined);
    const lone = hostClock([ping(0, 5e9)]);
    assert.equal(lone.toController(5e9 + ms / 2), undefined);
    assert.equal(lone.bound, undefined);
    assert.equal(hostClock([]).toController(1), undefined);
  });

  it('that stepped is compared by the answers of each stretch, and in between by what came before what only', () => {
    const before = [0, 1, 2].map((at) => ping(at * second, 5e9));
    const after = [3, 4, 5].map((at) => ping(at * second, 5.05e9));
    const clock = hostClock([...before, ...after]);
    assert.deepEqual(
      clock.epochs.map(({ first, last }) => [first, last]),
      [
        [0, 2],
        [3, 5],
      ],
    );
    const [step] = clock.steps;
    assert.ok(step !== undefined && step.after === 2 && step.before === 3);
    assert.ok(step.byNs.low < 50 * ms && step.byNs.high > 50 * ms && step.byNs.high - step.byNs.low < 5 * ms);
    assert.deepEqual(clock.toController(7.5e9), { low: 2 * second, high: 3 * second + ms });
    for (const hostNs of [6.5e9, 9.5e9]) {
      const { low = -Infinity, high = Infinity } = clock.toController(hostNs) ?? {};
      assert.ok(high - low < 3 * ms, `${hostNs}`);
    }
    assert.ok((clock.bound?.worstNs ?? Infinity) < 3 * ms);
  });

  it('that stood still says one time of all that it did meanwhile, and none of it is dated sharper than that', () => {
    const still = [1, 2, 3].map((at) => ping(at * second, 6e9 - at * second));
    const clock = hostClock([ping(0, 5e9), ...still, ping(4 * second, 2.5e9)]);
    const told = clock.toController(still[1]?.hostNs ?? 0);
    assert.ok(told !== undefined && told.low <= second && told.high >= 3 * second);
  });

  it('that ran backwards, or was asked by one that did, says nothing', () => {
    const back = [ping(0, 5e9), ping(second, 5e9), ping(2 * second, 3e9), ping(3 * second, 3e9)];
    const there = [ping(2 * second, 5e9), ping(second, 7e9), ping(3 * second, 7e9)];
    for (const pings of [back, thinPings(back), there, thinPings(there)]) {
      const clock = hostClock(pings);
      assert.equal(clock.isRising, false);
      for (const hostNs of [5.5e9, 6.5e9, 8e9]) assert.equal(clock.toController(hostNs), undefined);
    }
  });

  it('is estimated beyond what is certain, for drawings, up to a minute from an answer', () => {
    const clock = hostClock([ping(0, 5e9), ping(second, 5e9)]);
    assert.ok(Math.abs((clock.estimate(5.5e9) ?? 0) - 0.5e9) < 2 * ms);
    assert.ok(Math.abs((clock.estimate(36e9) ?? 0) - 31e9) < 2 * ms);
    assert.equal(clock.estimate(100e9), undefined);
    assert.equal(hostClock([]).estimate(1), undefined);
  });
});

/** Its answer leaves half way. */
function ping(sentNs: number, aheadNs: number, tripNs = ms): Ping {
  return { sentNs, hostNs: sentNs + tripNs / 2 + aheadNs, receivedNs: sentNs + tripNs };
}
