import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outliersOf, standOut } from '../../src/model/outliers.ts';
import type { Run, RunHost } from '../../src/model/run.ts';
import { hostsSection } from '../../src/report/sections/hosts.ts';
import { worstFirst } from '../../src/report/worst-first.ts';
import { goldenRun } from '../support/golden.ts';

/** Numbers that anybody can repeat. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** How often one slow host is found, and how often a good one is called odd, in fleets whose hosts differ by 3 %. */
function simulate(hosts: number, slowdown: number): { readonly found: number; readonly falseAlarms: number } {
  const random = randomOf(hosts);
  const fleets = 2_000;
  let found = 0;
  let alarms = 0;
  for (let fleet = 0; fleet < fleets; fleet++) {
    const rates = Array.from({ length: hosts }, (_, at) => ({
      host: `${at}`,
      value: 1000 * (1 + 0.03 * normal(random)),
    }));
    if (standOut(rates).length > 0) alarms++;
    const odd = standOut(rates.map(({ host, value }, at) => ({ host, value: at === 0 ? value * slowdown : value })));
    if (odd.some(({ host }) => host === '0')) found++;
  }
  return { found: found / fleets, falseAlarms: alarms / fleets };
}

describe('a host that stands out', () => {
  for (const hosts of [4, 8, 16, 64]) {
    it(`is found among ${hosts} in 97 of 100 runs where it is half as fast, and in 4 of 100 at most where none is`, () => {
      const { found, falseAlarms } = simulate(hosts, 0.5);
      assert.ok(found >= 0.97, `found ${found}`);
      assert.ok(falseAlarms <= 0.04, `false alarms ${falseAlarms}`);
    });
  }

  it('is not looked for among three, which have no usual value', () => {
    assert.deepEqual(standOut([1, 1, 99].map((value, at) => ({ host: `${at}`, value }))), []);
  });

  it('is no host that differs by less than a tenth, however equal the others are', () => {
    const figures = [100, 100, 100, 100, 109].map((value, at) => ({ host: `${at}`, value }));
    assert.deepEqual(standOut(figures), []);
    assert.equal(standOut([...figures, { host: 'x', value: 112 }]).length, 1);
  });

  it('is told by its rate and by its tails, is first in the table, and is named in a sentence', () => {
    const run = fleetWith(0.2, 9);
    assert.deepEqual(
      outliersOf(run).map(({ host, figure, isWorse }) => [host, figure, isWorse]),
      [
        ['host-5', 'operations/s', true],
        ['host-5', 'p99 of write', true],
      ],
    );
    assert.equal(worstFirst(run)[0]?.name, 'host-5');
    const [text, table] = hostsSection.blocks(run);
    assert.match(
      text?.kind === 'text' ? text.paragraphs.join(' ') : '',
      /^host-5 stands out: p99 of write 9\.\d+ times longer .*; 4\.99 times slower than the median host/,
    );
    assert.equal(table?.kind === 'table' ? table.rows[0]?.cells[0] : '', 'host-5');
    assert.equal(table?.kind === 'table' ? table.rows[0]?.tone : '', 'warn');
  });

  it('is missing from a fleet of equals, which the report says', () => {
    const [text] = hostsSection.blocks(fleetWith(1, 1));
    assert.match(text?.kind === 'text' ? text.paragraphs.join(' ') : '', /^No host stands out/);
  });
});

/** Eight hosts, the sixth of which does `rate` of what the others do, with p99 of `tail` times theirs. */
function fleetWith(rate: number, tail: number): Run {
  const run = goldenRun('pass');
  const [host] = run.hosts;
  const [planned] = run.plan.hosts;
  assert.ok(host !== undefined && planned !== undefined);
  const indexes = Array.from({ length: 8 }, (_, index) => index);
  return {
    ...run,
    plan: { ...run.plan, hosts: indexes.map((index) => ({ ...planned, name: `host-${index}` })) },
    hosts: indexes.map((index) =>
      hostWith(host, index, { rate: index === 5 ? rate : 1, tail: index === 5 ? tail : 1 }),
    ),
  };
}

function hostWith(
  host: RunHost,
  index: number,
  { rate, tail }: { readonly rate: number; readonly tail: number },
): RunHost {
  return {
    ...host,
    index,
    name: `host-${index}`,
    perSecond: (1000 + index) * rate,
    byOperation: [
      { name: 'read', count: 9, errors: 0, perSecond: 9, p99Us: null },
      { name: 'write', count: 999, errors: 0, perSecond: 9, p99Us: (500 + index) * tail },
    ],
  };
}
