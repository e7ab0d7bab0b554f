import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import type { History } from '../../src/checks/history.ts';
import { historyOfCase } from '../checks/case-history.ts';
import { readCases } from '../checks/read-cases.ts';
import { faults } from '../faults/registry.ts';

const cases = readCases();

/** No journal tells of what was only heard of in heartbeats or counted by an agent. */
const withoutOperation = new Set(['H01/heard-nonsense.json', 'H01/heard-only.json', 'H02/storm-without-journal.json']);

/** Two that succeeded, or saw different things, where one can have: whichever came first. */
const contradictions = new Set(['N07', 'N08', 'N09', 'L01', 'L02', 'L06', 'D21', 'D10', 'H02']);

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

    it('proves what it calls proven with operations of the journals, in an order that says why', () => {
      for (const { name, given } of own) {
        for (const { grade, file, witness, edges = [] } of check.examine(historyOfCase(given))) {
          if (grade !== 'proven' || withoutOperation.has(`${check.code}/${name}`)) continue;
          const where = `${check.code}/${name}: ${file}`;
          assert.ok(witness.length >= 1 && witness.length <= 4, where);
          assert.ok(
            edges.every(({ from, to }) => from !== to && witness[from] !== undefined && witness[to] !== undefined),
          );
          // Who contradict each other needn't have an order.
          if (witness.length > 1 && !contradictions.has(check.code)) assert.ok(edges.length > 0, where);
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
