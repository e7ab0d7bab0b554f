/** Of a tree whose owner's journal ends in the middle, that is judged which nothing after its end can explain or take back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { caseSchema, historyOfCase } from './case-history.ts';

const file = 'own/0000/d0/f000';
const other = 'own/0000/d0/f001';

const made = [
  { by: 'a/0', kind: 'touch', file, startNs: 1000, endNs: 1010 },
  { by: 'a/0', kind: 'write', file, of: 1, count: 1, generation: 1, startNs: 1020, endNs: 1030 },
  { by: 'a/0', kind: 'write', file, of: 1, count: 1, generation: 2, startNs: 1040, endNs: 1050 },
];
const looked = { by: 'b/0', file, startNs: 1100, endNs: 1110 };
const removed = { by: 'a/0', kind: 'delete', file, startNs: 1200, endNs: 1210 };
const replaced = { by: 'a/0', kind: 'renameOnto', file: other, to: file, startNs: 1200, endNs: 1210 };
const another = { by: 'a/0', kind: 'touch', file: other, startNs: 1060, endNs: 1070 };
const later = { by: 'a/0', kind: 'mkdir', file: 'own/0000/d0/s00', startNs: 1200, endNs: 1210 };

/** What is proven by looks of another worker, whose owner's journal ends after these operations. */
function provenBy(look: object, after: readonly object[]): readonly string[] {
  const operations = [...made, ...(after.includes(replaced) ? [another] : []), { ...looked, ...look }, ...after];
  const history = historyOfCase(caseSchema.parse({ about: '', cut: ['a'], operations, disk: {}, expect: [] }));
  const findings = checks.flatMap((check) => check.examine(history));
  return findings.filter(({ grade }) => grade === 'proven').map(({ code }) => code);
}

const looks = {
  D12: { kind: 'read', saw: [{ first: 0, of: 1, generation: 1 }] },
  V03: { kind: 'stat', of: 1, size: 7 },
  M03: { kind: 'stat', of: 1, size: 1024, stats: { links: 2 } },
};

describe('a tree whose owner died', () => {
  for (const [code, look] of Object.entries(looks)) {
    it(`shows ${code} of a file that was certainly removed, or replaced, before`, () => {
      assert.deepEqual(provenBy(look, [removed]), [code]);
      assert.deepEqual(provenBy(look, [replaced]), [code]);
    });

    it(`doesn't show ${code} of a file that is still there: an error may follow that takes back what was told of it`, () => {
      assert.deepEqual(provenBy(look, [later]), []);
      const unsure = { ...removed, outcome: 'error', errno: 5 };
      assert.deepEqual(provenBy(look, [unsure]), []);
    });

    it(`doesn't show ${code} where operations may have been under way that nobody knows of`, () => {
      const late = { startNs: 1300, endNs: 1310 };
      assert.deepEqual(provenBy({ ...look, ...late }, [removed]), []);
    });
  }

  it('shows what a listing lacks, or makes up, while the owner certainly did something known', () => {
    const list = { kind: 'list', file: 'own/0000/d0' };
    assert.deepEqual(provenBy({ ...list, names: [] }, [later]), ['N01']);
    assert.deepEqual(provenBy({ ...list, names: [file, other] }, [later]), ['N03']);
    assert.deepEqual(provenBy({ ...list, names: [] }, []), []);
    assert.deepEqual(provenBy({ ...list, names: [file, other] }, []), []);
  });
});
