import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as check, nat, property } from 'fast-check';
import { checks } from '../../src/checks/registry.ts';
import { correctCase } from './correct-file-system.ts';
import { historyOfCase } from './case-history.ts';

describe('checks on correct histories', () => {
  it('find nothing but what failed writes have stored, whatever answers get lost, whatever arrives late, wherever a journal is cut', () => {
    check(
      property(nat(), (seed) => {
        const history = historyOfCase(correctCase(seed));
        assert.deepEqual(
          checks
            .flatMap((check) => check.examine(history))
            .filter(({ code, grade }) => code !== 'D16' || grade !== 'allowed'),
          [],
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
