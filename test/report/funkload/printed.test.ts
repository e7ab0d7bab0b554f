import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printedNumber, printedPercent, ratingOf } from '../../../src/report/funkload/printed.ts';

describe('numbers as FunkLoad prints them', () => {
  it('rounds a tie to the even digit', () => {
    assert.deepEqual([0.0625, 0.1875, 2.0625, 0.3125, 0.4375].map(printedNumber), [
      '0.062',
      '0.188',
      '2.062',
      '0.312',
      '0.438',
    ]);
    assert.deepEqual([3.125, 9.375, 15.625].map(printedPercent), ['3.12%', '9.38%', '15.62%']);
  });

  it('rounds what only looks like a tie by what the number really is', () => {
    assert.deepEqual([0.0005, 1.0005, 0.0015, 2.0005].map(printedNumber), ['0.001', '1.000', '0.002', '2.001']);
  });

  it('prints whole and missing numbers with all digits', () => {
    assert.deepEqual([0, 13, -1, 1 / 3].map(printedNumber), ['0.000', '13.000', '-1.000', '0.333']);
  });

  it('calls a score by the word of its range', () => {
    assert.deepEqual([0, 0.499, 0.5, 0.7, 0.85, 0.94, 1].map(ratingOf), [
      'UNACCEPTABLE',
      'UNACCEPTABLE',
      'POOR',
      'FAIR',
      'Good',
      'Excellent',
      'Excellent',
    ]);
  });
});
