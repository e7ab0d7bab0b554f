import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../src/checks/registry.ts';
import { readCases } from './read-cases.ts';
import { historyOfCase } from './case-history.ts';

describe('checks on small histories', () => {
  for (const { code, name, given } of readCases()) {
    it(`${code}: ${given.about} (${name})`, () => {
      const history = historyOfCase(given);
      const found = checks
        .flatMap((check) => check.examine(history))
        .map(({ code, file, offset, grade }) =>
          offset === undefined ? { code, file, grade } : { code, file, offset, grade },
        );
      assert.deepEqual(found, given.expect);
    });
  }
});
