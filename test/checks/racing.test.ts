import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { plant, plantable } from './planted.ts';
import { historyOfRun, racingRun, weakMounts } from './racing-file-system.ts';

/** FUNBRIC_RUNS=100000 takes some minutes. */
const runs = Number(process.env['FUNBRIC_RUNS'] ?? 800);

/** Of 140 runs one has a place for D13, most have one for the others. */
const plantedOf = (code: string): number => (code === 'D13' ? 8 : 40);

describe('checks on correct histories with racing readers and clocks that are off', () => {
  it('prove nothing, and can at most not tell, or allow what a weak file system does', () => {
    for (let seed = 0; seed < runs; seed++) {
      const run = racingRun(seed, { isFaultless: false });
      const history = historyOfRun(run);
      const found = checks
        .flatMap((check) => check.examine(history))
        .filter(({ code, grade }) => code !== 'D16' || grade !== 'allowed');
      const grades = weakMounts.has(run.mount) ? ['indeterminate', 'allowed', 'suspect'] : ['indeterminate'];
      assert.deepEqual(
        found.filter(({ grade }) => !grades.includes(grade)),
        [],
        `seed ${seed}`,
      );
    }
  });
});

describe('checks on a history with one planted violation', () => {
  for (const code of plantable) {
    it(`find ${code} each time that the bounds of the clocks allow it`, () => {
      let planted = 0;
      for (let seed = 0; planted < plantedOf(code); seed++) {
        assert.ok(seed < 20_000, `only ${planted} of ${seed} runs had a place for it`);
        const run = racingRun(seed, { isFaultless: true });
        if (!plant(run, code)) continue;
        const history = historyOfRun(run);
        // Of a clock that runs backwards there are no bounds.
        if (history.hosts.some(({ clock }) => clock?.isRising === false)) continue;
        planted++;
        const found = checks.flatMap((check) => check.examine(history));
        assert.ok(found.length > 0, `seed ${seed}`);
        for (const finding of found) assert.deepEqual([finding.code, finding.grade], [code, 'proven'], `seed ${seed}`);
      }
    });
  }
});
