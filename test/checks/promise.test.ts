/** The table of docs/integrity.md, "What is allowed", through the checks: one history a row, on each kind of mount. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { historyOfCase } from './case-history.ts';
import { readCases } from './read-cases.ts';

const mounts = ['ext4', 'nfs4', 'cifs', 'fuse.sshfs'] as const;
type Grades = readonly [posix: string, closeToOpen: string, smb: string, eventual: string];

const ownOnly: Grades = ['proven', 'proven', 'proven', 'allowed'];
const posixOnly: Grades = ['proven', 'allowed', 'allowed', 'allowed'];
const never: Grades = ['proven', 'proven', 'proven', 'proven'];
const late: Grades = ['proven', 'suspect', 'suspect', 'suspect'];

const rows: readonly (readonly [path: string, grades: Grades])[] = [
  ['D14/own-write-missing', ownOnly],
  ['D17/own-read-on-nfs', ownOnly],
  ['D17/short', posixOnly],
  ['D12/stale', posixOnly],
  ['D13/back-in-time', posixOnly],
  ['N01/omitted', posixOnly],
  ['N01/own-listing', posixOnly],
  ['N03/removed', posixOnly],
  ['N02/own-listing-on-nfs', ownOnly],
  ['N02/repeated', posixOnly],
  ['N02/verify', ownOnly],
  ['N01/verify', late],
  ['N03/verify', late],
  ['D21/one-host-old', late],
  ['D22/second-scan-old', late],
  ['D23/came-back', late],
  ['D15/own-order', never],
  ['V03/old-size', posixOnly],
];

/** Where a listing need not be fresh, one that lacks a name is late. */
const lateListings: ReadonlySet<string> = new Set(['N01/omitted', 'N01/own-listing']);

describe('what a mount may do', () => {
  const cases = new Map(readCases().map(({ code, name, given }) => [`${code}/${name}`, given]));
  for (const [path, grades] of rows) {
    it(`${path} is ${grades.join(', ')} on ${mounts.join(', ')}`, () => {
      const given = cases.get(`${path}.json`);
      assert.ok(given !== undefined);
      for (const [at, mount] of mounts.entries()) {
        const history = historyOfCase({ ...given, mount });
        const found = checks.flatMap((check) => check.examine(history));
        const code = lateListings.has(path) && mount !== 'ext4' ? 'N04' : path.slice(0, 3);
        assert.deepEqual(new Set(found.map(({ code }) => code)), new Set([code]), mount);
        for (const finding of found) {
          assert.equal(finding.grade, grades[at], mount);
          assert.equal(finding.found.includes('; allowed: '), finding.grade === 'allowed', mount);
        }
      }
    });
  }
});
