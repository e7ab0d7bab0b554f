import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { hostClock, thinPings, type Interval, type Ping } from '../../src/model/clock.ts';

/** A host's clock that is off by some amount and runs up to 500 ppm fast or slow, changing as it likes. */
interface World {
  readonly pings: readonly Ping[];
  /** What the host's clock shows at a time of the controller's. */
  readonly hostAt: (controllerNs: number) => number;
  readonly endNs: number;
}

const ms = 1e6;
const world: fc.Arbitrary<World> = fc
  .record({
    offsetNs: fc.double({ min: -1e12, max: 1e12, noNaN: true }),
    rates: fc.array(fc.double({ min: -500e-6, max: 500e-6, noNaN: true }), { minLength: 1, maxLength: 40 }),
    delays: fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 200 }), fc.nat({ max: 20_000 })), {
      minLength: 1,
      maxLength: 60,
    }),
  })
  .map(({ offsetNs, rates, delays }) => {
    // The rate changes every second.
    const hostAt = (controllerNs: number): number => {
      let drift = 0;
      for (let second = 0; second * 1e9 < controllerNs; second++) {
        const span = Math.min(1e9, controllerNs - second * 1e9);
        drift += span * (rates[second % rates.length] ?? 0);
      }
      return controllerNs + offsetNs + drift;
    };
    let at = 0;
    const pings = delays.map(([there, back, pause]) => {
      at += pause * ms;
      const sentNs = at;
      const answeredNs = sentNs + there * ms;
      at = answeredNs + back * ms;
      return { sentNs, hostNs: hostAt(answeredNs), receivedNs: at };
    });
    return { pings, hostAt, endNs: at };
  });

/** Pings of a clock that is off, drifts more than any may and steps forth, and times at which it is asked. */
const anyPings: fc.Arbitrary<{ readonly pings: readonly Ping[]; readonly atNs: readonly number[] }> = fc
  .record({
    startNs: fc.oneof(fc.nat({ max: 1e9 }), fc.double({ min: 0, max: 1e15, noNaN: true }).map(Math.floor)),
    steps: fc.array(
      fc.record({
        pauseUs: fc.oneof(fc.nat({ max: 3e5 }), fc.nat({ max: 2e6 }), fc.nat({ max: 9e7 })),
        thereUs: fc.nat({ max: 4e4 }),
        backUs: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 4e4 })),
        slewUs: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 300 }) }, fc.nat({ max: 1e5 })),
      }),
      { minLength: 1, maxLength: 80 },
    ),
    parts: fc.array(fc.double({ min: -0.3, max: 1.3, noNaN: true }), { minLength: 1, maxLength: 20 }),
  })
  .map(({ startNs, steps, parts }) => {
    let at = 0;
    let ahead = startNs;
    const pings = steps.map(({ pauseUs, thereUs, backUs, slewUs }) => {
      at += pauseUs * 1e3;
      ahead += slewUs * 1e3;
      const sentNs = at;
      const hostNs = at + thereUs * 1e3 + ahead;
      at += (thereUs + backUs) * 1e3;
      return { sentNs, hostNs, receivedNs: at };
    });
    const [first, last] = [startNs, at + ahead];
    const asked = parts.map((part) => Math.floor(first + part * (last - first)));
    // Where one second ends and the next begins, and where a ping ceases to count.
    const edges = asked.flatMap((ns) => [Math.floor(ns / 1e9) * 1e9, Math.floor(ns / 1e9) * 1e9 - 1]);
    const horizons = pings.flatMap(({ hostNs }) => [-60e9, -60e9 - 1, 0, 60e9, 60e9 + 1].map((by) => hostNs + by));
    return { pings, atNs: [...asked, ...edges, ...horizons] };
  });

/** The intersection of what every ping within a minute allows, in the plainest way. */
function plainly(pings: readonly Ping[], hostNs: number): Interval | undefined {
  const near = pings.filter((ping) => Math.abs(hostNs - ping.hostNs) <= 60e9);
  const drifts = near.map((ping) => 1000e-6 * Math.abs(hostNs - ping.hostNs));
  const low = Math.max(...near.map((ping, at) => ping.hostNs - ping.receivedNs - (drifts[at] ?? 0)));
  const high = Math.min(...near.map((ping, at) => ping.hostNs - ping.sentNs + (drifts[at] ?? 0)));
  return near.length === 0 || high < low ? undefined : { low: hostNs - high, high: hostNs - low };
}

describe('the clock of a host', () => {
  it('is told to the last bit as if every ping were looked at for every time', () => {
    fc.assert(
      fc.property(anyPings, ({ pings, atNs }) => {
        const clock = hostClock(pings);
        for (const ns of atNs) assert.deepEqual(clock.toController(ns), plainly(pings, ns), `at ${ns}`);
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded by intervals that contain the truth, however unequal the ways and however it drifts', () => {
    fc.assert(
      fc.property(world, fc.double({ min: 0, max: 1, noNaN: true }), ({ pings, hostAt, endNs }, part) => {
        const clock = hostClock(pings);
        assert.equal(clock.hasStep, false);
        const truth = part * endNs;
        const told = clock.toController(hostAt(truth));
        if (told === undefined) return;
        // A microsecond for the rounding of doubles around 1e12.
        assert.ok(told.low - 1e3 <= truth && truth <= told.high + 1e3, `${told.low} ${truth} ${told.high}`);
      }),
    );
  });

  it('is still bounded truly by the pings that are kept', () => {
    fc.assert(
      fc.property(world, fc.double({ min: 0, max: 1, noNaN: true }), ({ pings, hostAt, endNs }, part) => {
        const kept = thinPings(pings);
        assert.ok(kept.length <= pings.length);
        const truth = part * endNs;
        const told = hostClock(kept).toController(hostAt(truth));
        if (told !== undefined) assert.ok(told.low - 1e3 <= truth && truth <= told.high + 1e3);
      }),
    );
  });

  it('is known to a round trip right at a ping', () => {
    const clock = hostClock([{ sentNs: 1_000, hostNs: 5_500, receivedNs: 2_000 }]);
    assert.deepEqual(clock.toController(5_500), { low: 1_000, high: 2_000 });
    assert.deepEqual(clock.bound, { bestNs: 1_000, worstNs: 1_000 });
  });

  it('that steps is said to have stepped', () => {
    const clock = hostClock([
      { sentNs: 0, hostNs: 5e9, receivedNs: 1e6 },
      { sentNs: 1e9, hostNs: 6e9 + 50e6, receivedNs: 1e9 + 1e6 },
    ]);
    assert.equal(clock.hasStep, true);
    assert.equal(clock.toController(5.5e9), undefined);
  });

  it('without pings is unknown', () => {
    const clock = hostClock([]);
    assert.equal(clock.toController(1), undefined);
    assert.equal(clock.bound, undefined);
  });
});
