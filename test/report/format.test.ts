import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatInstant,
  formatMs,
  formatNs,
  formatNumber,
  formatPercent,
  formatShort,
  formatUs,
  plural,
} from '../../src/report/format.ts';

describe('figures in the report', () => {
  it('group thousands without asking the locale', () => {
    assert.deepEqual([0, 999, 1000, 1234567, -1234, -0.2].map(formatCount), [
      '0',
      '999',
      '1,000',
      '1,234,567',
      '-1,234',
      '0',
    ]);
  });

  it('show three figures that matter', () => {
    assert.deepEqual([0, 0.123, 9.994, 9.996, 56.78, 99.96, 1234.5].map(formatNumber), [
      '0',
      '0.12',
      '9.99',
      '10.0',
      '56.8',
      '100',
      '1,235',
    ]);
  });

  it('are short on axes', () => {
    assert.deepEqual([0, 0.5, 2500, 10_000, 3.5e6, 2e9].map(formatShort), ['0', '0.5', '2,500', '10k', '3.5M', '2G']);
  });

  it('carry units', () => {
    assert.deepEqual([0, 1023, 1024, 1536, 3 * 2 ** 30].map(formatBytes), [
      '0 B',
      '1,023 B',
      '1.00 KiB',
      '1.50 KiB',
      '3.00 GiB',
    ]);
    assert.deepEqual([null, 0, 0.12, 412, 1500, 2_500_000].map(formatUs), [
      '-',
      '0 µs',
      '0.12 µs',
      '412 µs',
      '1.50 ms',
      '2.50 s',
    ]);
    assert.equal(formatNs(91_000), '91.0 µs');
    assert.deepEqual([420, 12_340, 125_000, 3_725_000].map(formatMs), ['0.42 s', '12.3 s', '2 min 05 s', '1 h 02 min']);
  });

  it('leave what is no time as it is', () => {
    assert.equal(formatInstant('2026-03-14T09:26:53.589Z'), '2026-03-14 09:26:53 UTC');
    assert.equal(formatInstant('yesterday'), 'yesterday');
  });

  it('never round a failure to none', () => {
    assert.equal(formatPercent(1, 1e9), '< 0.01 %');
    assert.deepEqual([formatPercent(0, 5), formatPercent(1, 3), formatPercent(1, 0)], ['0.00 %', '33.3 %', '-']);
    assert.deepEqual([plural(1, 'host'), plural(1200, 'host')], ['1 host', '1,200 hosts']);
  });
});
