import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hungOperations } from '../../src/checks/claims/hung-operation.ts';
import { isTimed } from '../../src/checks/journal/evidence.ts';
import { makeHistory, type History } from '../../src/checks/history.ts';
import { checks } from '../../src/checks/registry.ts';
import { brokenClock, hostClock, type HostClock } from '../../src/model/clock.ts';
import { caseSchema, historyOfCase } from './case-history.ts';
import { readCases } from './read-cases.ts';

const second = 1e9;

describe('a history whose hosts have clocks that are no good', () => {
  /** By program order, and by counting. */
  const clockFree = new Set(['D14', 'H02', 'H03']);

  it('proves nothing by them: what is still proven in stress is proven by program order', () => {
    let lost = 0;
    for (const { code, given, name } of readCases()) {
      const history = historyOfCase(given);
      const sound = foundIn(history);
      const found = foundIn(withClock(history, brokenClock));
      for (const place of found) assert.ok(sound.includes(place), `${code}/${name}: ${place}`);
      lost += sound.length - found.length;
      if (clockFree.has(code)) assert.deepEqual(found, sound, `${code}/${name}`);
    }
    assert.ok(lost > 10, `${lost}`);
  });

  it('has no time of a host whose worker began something before what it did last had ended', () => {
    const given = caseSchema.parse({
      about: 'a host whose clock falls back by 5 ns',
      operations: [
        { by: 'a/0', kind: 'touch', file: 'own/0000/d0/f000', startNs: 2000, endNs: 2010 },
        { by: 'a/0', kind: 'touch', file: 'own/0000/d0/f001', startNs: 2005, endNs: 2020 },
      ],
      disk: {},
      expect: [],
    });
    const history = historyOfCase(given);
    assert.equal(isTimed(history, 0), false);
    assert.equal(isTimed(history, 1), true);
    assert.equal(history.order(0).basis({ host: 0, worker: 1 }), 'nothing');
    assert.equal(history.order(0).basis({ host: 0, worker: 0 }), 'program order');
    assert.equal(history.hosts[0]?.clock?.toController(2000), undefined);
  });
});

describe('an operation that took long by the clock of a host that stepped', () => {
  const given = caseSchema.parse({
    about: 'an operation of 70 s',
    operations: [{ by: 'a/0', kind: 'touch', file: 'own/0000/d0/f000', startNs: 10 * second, endNs: 80 * second }],
    disk: {},
    expect: [],
  });
  const pings = (aheadNs: readonly number[]): Parameters<typeof hostClock>[0] =>
    aheadNs.map((ahead, at) => ({
      sentNs: at * second,
      hostNs: at * second + ahead + 1e5,
      receivedNs: at * second + 2e5,
    }));
  const gradeBy = (aheadNs: readonly number[]): readonly string[] => {
    const history = withClock(historyOfCase(given), hostClock(pings(aheadNs)));
    return hungOperations.examine(history).map(({ grade }) => grade);
  };

  it('is proven to have hung where the clock did not step, or the controller waited as long', () => {
    assert.deepEqual(gradeBy(Array.from({ length: 100 }, () => 0)), ['proven']);
    assert.deepEqual(gradeBy(Array.from({ length: 100 }, (_, at) => (at < 20 ? 0 : second))), ['proven']);
  });

  it('is suspect where that may be the step', () => {
    assert.deepEqual(gradeBy(Array.from({ length: 100 }, (_, at) => (at < 20 ? 0 : 65 * second))), ['suspect']);
  });
});

/** Where something is proven: what was stale by the clocks may still be so by program order, and has another code then. */
function foundIn(history: History): readonly string[] {
  const found = checks.flatMap((check) => check.examine(history));
  return found.filter(({ grade }) => grade === 'proven').map(({ host, file }) => `${host} ${file}`);
}

function withClock(history: History, clock: HostClock): History {
  return makeHistory(
    history.facts,
    history.hosts.map((host) => ({ ...host, clock })),
  );
}
