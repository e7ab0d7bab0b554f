import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import type { History } from '../../src/checks/history.ts';
import { historyOfCase } from '../checks/case-history.ts';
import { readCases } from '../checks/read-cases.ts';
import { faults } from '../faults/registry.ts';

const cases = readCases();

for (const check of checks) {
  describe(`check ${check.code}`, () => {
    const own = cases.filter(({ code }) => code === check.code);

    it('has a case that it finds, one that it lets pass, and a fault that causes it', () => {
      assert.ok(own.some(({ given }) => given.expect.some(({ code }) => code === check.code)));
      assert.ok(own.some(({ given }) => given.expect.every(({ code }) => code !== check.code)));
      assert.ok(faults.some(({ code }) => code === check.code));
      assert.match(check.claim, /^[a-z].*[^.]$/);
    });

    it('names its own code, grades what it finds, and shows at most four operations', () => {
      for (const { given } of own) {
        for (const finding of check.examine(historyOfCase(given))) {
          assert.equal(finding.code, check.code);
          assert.ok(finding.count >= 1 && finding.expected !== '' && finding.found !== '');
          assert.ok(finding.witness.length <= 4);
        }
      }
    });

    it('changes nothing and says the same again', () => {
      for (const { given } of own) {
        const history = historyOfCase(given);
        const before = digestOf(history);
        const first = check.examine(history);
        assert.deepEqual(check.examine(history), first);
        assert.equal(digestOf(history), before);
        assert.deepEqual(check.examine(historyOfCase(given)), first);
      }
    });

    it('says nothing of an innocent tree whose owner brought nothing back', () => {
      for (const { given } of own) {
        const [owner = ''] = given.hosts;
        const history = historyOfCase({ ...given, missing: [...given.missing, owner] });
        if (given.expect.length === 0) assert.deepEqual(check.examine(history), []);
      }
    });
  });
}

/** Of all that a history was made from. */
function digestOf(history: History): string {
  const hash = createHash('sha256');
  for (const { views } of history.log.segments) hash.update(views.u8);
  return hash.update(JSON.stringify([history.facts, history.notes, [...history.whole]])).digest('hex');
}
