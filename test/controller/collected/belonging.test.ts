/** What belongs together, what is missing, and when it was. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaseTable } from '../../../src/controller/merge/collected/case-table.ts';
import { differencesIn } from '../../../src/controller/merge/collected/differences.ts';
import { Holding } from '../../../src/controller/merge/collected/held-result.ts';
import { twinsIn } from '../../../src/controller/merge/collected/twins.ts';
import { measuredOf, rootlessText } from '../../support/result-files.ts';
import { funkloadOf, junitOf, mergedOf, type Given, type Load } from '../../support/tool-results.ts';

const web = (name: string, load: Load = {}): Given => ({ host: name, text: funkloadOf({ node: name, ...load }) });

/** They were given as files, not brought by the hosts of one run, whose clocks may be anything. */
const merge = { isPlanned: false, isForced: false, leftOut: [] };

/** Each trait with the hosts of each of its values. */
function differencesOf(given: readonly Given[]): Readonly<Record<string, readonly (readonly string[])[]>> {
  const { differences } = mergedOf(given, { merge }).receipt;
  return Object.fromEntries(differences.map(({ trait, values }) => [trait, values.map(({ hosts }) => hosts)]));
}

describe('results that are merged', () => {
  it('belong together where they are of one test at one time, whatever the addresses that their users took', () => {
    const { receipt, operations, gaps } = mergedOf([
      web('web1', { url: '/?user=1' }),
      web('web2', { url: '/?user=2', start: 1 }),
    ]);
    assert.deepEqual([receipt.differences, gaps], [[], []]);
    assert.deepEqual(
      operations.map(({ kind, count }) => [kind, count]),
      [
        ['page', 6],
        ['request', 6],
      ],
    );
  });

  it('differ in what they were asked: cycles and target, the odd one last', () => {
    const odd = web('web3', { cycles: [2, 4], target: 'http://other.example/' });
    assert.deepEqual(differencesOf([web('web1'), web('web2'), odd]), {
      cycles: [['web1', 'web2'], ['web3']],
      target: [['web1', 'web2'], ['web3']],
    });
  });

  it('differ where they have no moment in common, and say so in a run that nobody forced', () => {
    const given = [web('web1'), web('web2', { start: 16 * 3600 })];
    assert.deepEqual(differencesOf(given), { time: [['web1'], ['web2']] });
    const { gaps, receipt } = mergedOf(given, { merge });
    assert.match(
      gaps.join('\n'),
      /don't belong together: time: 2025-01-02T03:04:05.000Z to .* \(web1\); 2025-01-02T19/,
    );
    assert.equal(receipt.isForced, false);
    const forced = mergedOf(given, { merge: { ...merge, isForced: true } });
    assert.deepEqual([forced.gaps, forced.receipt.isForced, forced.receipt.differences.length], [[], true, 1]);
  });

  it('belong together where the hosts of one run brought them, however far apart their clocks are', () => {
    assert.deepEqual(mergedOf([web('web1'), web('web2', { start: 16 * 3600 })]).receipt.differences, []);
  });

  it('may be of one test after another, where each host ran them all', () => {
    const holding = new Holding(new CaseTable());
    const brought = [0, 1].flatMap((host) =>
      [0, 1000].map((start) => ({
        host,
        name: `web${host}`,
        file: `${host}/${start}`,
        held: holding.add(measuredOf(funkloadOf({ start: start + host, node: `web${host}` }))),
      })),
    );
    assert.deepEqual(differencesIn(brought), []);
    const [odd] = differencesIn(brought.slice(0, 3));
    assert.deepEqual(
      odd?.values.map(({ value }) => value),
      ['FunkLoad', 'FunkLoad | FunkLoad'],
    );
  });

  it('differ in their tool', () => {
    assert.deepEqual(differencesOf([web('a'), { host: 'b', text: junitOf({ one: 'passed' }) }]), {
      tool: [['a'], ['b']],
    });
  });

  it('without times may begin hours apart, in local time as zones do, and not days', () => {
    const at = (host: string, timestamp: string): Given => ({
      host,
      text: junitOf({ one: 'passed' }, `hostname="${host}" timestamp="${timestamp}"`),
    });
    assert.deepEqual(differencesOf([at('a', '2025-01-02T03:00:00Z'), at('b', '2025-01-02T09:00:00Z')]), {});
    assert.deepEqual(differencesOf([at('a', '2025-01-02T03:00:00'), at('b', '2025-01-04T03:00:00')]), {});
    assert.deepEqual(differencesOf([at('a', '2025-01-02T03:00:00Z'), at('b', '2025-01-04T03:00:00Z')]), {
      begin: [['a'], ['b']],
    });
    assert.deepEqual(differencesOf([at('a', '2025-01-02T03:00:00'), at('b', '2025-01-09T03:00:00')]), {
      begin: [['a'], ['b']],
    });
  });

  it('count once where two hosts brought the same, and the second is not complete', () => {
    const twice = [web('same'), web('same')].map(({ text }, at) => ({ host: `web${at}`, text }));
    const { hosts, operations, receipt } = mergedOf(twice);
    assert.deepEqual(
      hosts.map(({ gaps }) => gaps),
      [[], ['web1.xml (collected/0001/0) is the same result as web0.xml (collected/0000/0), and counts once']],
    );
    assert.equal(operations[0]?.count, 3);
    assert.deepEqual(
      receipt.inputs.map(({ isKept }) => isKept),
      [true, false],
    );
    const files = [{ solidSha256: 'x' }, { solidSha256: 'y' }, { solidSha256: 'x' }];
    assert.deepEqual([...twinsIn(files)], [[files[2], files[0]]]);
  });

  it('are complete only where each host brought one that is whole and as it was collected', () => {
    const whole = funkloadOf({ node: 'web2' });
    const gapsOf = (text: string | undefined): string =>
      mergedOf([web('web1'), { host: 'web2', text }]).hosts[1]?.gaps.join('; ') ?? '';
    assert.equal(gapsOf(whole), '');
    assert.match(
      gapsOf(whole.slice(0, -30)),
      /^web2\.xml \(collected\/0001\/0\) is (cut|broken) at line \d+, byte \d+/,
    );
    assert.match(gapsOf(rootlessText), /nothing tells whether the end of the file is there/);
    assert.equal(gapsOf(undefined), 'it brought no result file, and 1 of the hosts did');
    const [changed] = mergedOf([web('web1')], { sha256: 'other' }).hosts;
    assert.deepEqual(changed?.gaps, ['web1.xml (collected/0000/0) is not what was collected']);
  });

  it('say at every cut of a file that it is not whole', () => {
    const whole = funkloadOf({ node: 'web2' });
    for (let bytes = whole.indexOf('<response'); bytes < whole.trimEnd().length; bytes += 37) {
      const [host] = mergedOf([{ host: 'web2', text: whole.slice(0, bytes) }]).hosts;
      assert.notDeepEqual(host?.gaps, [], `cut at ${bytes}`);
    }
  });

  it('have rates of the time that all hosts share, and say who was done first and last', () => {
    // One a second each: for 10 s from 0 on, and for 10 s from 4 on.
    const durations = Array.from({ length: 10 }, () => 0.5);
    const { operations, receipt, hosts } = mergedOf([
      web('early', { durations }),
      web('late', { durations, start: 4 }),
    ]);
    assert.deepEqual(receipt.overlap, { startMs: 4000, endMs: 9500 });
    assert.deepEqual(receipt.firstDone, { host: 'early', atMs: 9500 });
    assert.deepEqual(receipt.lastDone, { host: 'late', atMs: 13_500 });
    // Those that ended in these 5.5 s: six of each.
    assert.equal(operations[0]?.perSecond, 2.182);
    assert.deepEqual(
      hosts.map(({ perSecond }) => perSecond),
      [1.091, 1.091],
    );
    assert.deepEqual(hosts[1]?.phases, [{ phase: 'stress', startMs: 4000, endMs: 13_500, end: 'completed' }]);
  });

  it('have rates of a cycle in the time that all were in that cycle', () => {
    const { operations } = mergedOf([web('a', { cycles: [1, 2] }), web('b', { cycles: [1, 2], start: 1 })]);
    const pages = operations.filter(({ kind }) => kind === 'page');
    assert.deepEqual(
      pages.map(({ name, cycle, count }) => [name, cycle, count]),
      [
        ['Look, cycle 0 (1 users)', { index: 0, users: 1 }, 6],
        ['Look, cycle 1 (2 users)', { index: 1, users: 2 }, 6],
      ],
    );
    // a: 0 to 2.3, b: 1 to 3.3; in the 1.3 s from 1 to 2.3 two of each end.
    assert.ok(
      pages.every(({ perSecond }) => Math.abs(perSecond - 4 / 1.3) < 0.001),
      JSON.stringify(pages.map((page) => page.perSecond)),
    );
  });

  it('have a second of the timeline each, also where nothing ended', () => {
    const { timeline } = mergedOf([web('a', { every: 2, failing: [1] }), web('b', { every: 2, durations: [0.1] })]);
    assert.deepEqual(
      timeline.map(({ startMs, operationsPerSecond, errorsPerSecond, hosts }) => [
        startMs,
        operationsPerSecond,
        errorsPerSecond,
        hosts,
      ]),
      [
        [0, 2, 0, 2],
        [1000, 0, 0, 0],
        [2000, 1, 1, 1],
        [3000, 0, 0, 0],
        [4000, 1, 0, 1],
      ],
    );
  });

  it('group failures over hosts, with one in full', () => {
    const { errors, operations } = mergedOf([web('web1', { failing: [0] }), web('web2', { failing: [1, 2] })]);
    assert.deepEqual(
      errors.map(({ operation, error, count, hosts, firstMs, lastMs }) => [
        operation,
        error,
        count,
        hosts,
        firstMs,
        lastMs,
      ]),
      [['get /', 'Failure 502', 3, ['web1', 'web2'], 0, 2000]],
    );
    assert.deepEqual(
      operations.map(({ errors: failed }) => failed),
      [3, 3],
    );
  });

  it('add up: what all files hold is what the run holds', () => {
    const { receipt } = mergedOf([web('web1', { failing: [0] }), web('web2')]);
    assert.deepEqual(receipt.sums, [
      { what: 'operations', parts: 12, whole: 12 },
      { what: 'errors', parts: 2, whole: 2 },
    ]);
  });
});
