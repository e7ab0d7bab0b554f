/** The reasons of a verdict, as people read them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../src/controller/merge/judge.ts';
import { goldenRun } from '../support/golden.ts';

describe('the reasons of a verdict', () => {
  it('name a host once, also where its own words begin with its name', () => {
    const [host] = goldenRun('pass').hosts;
    assert.ok(host !== undefined);
    const hosts = [
      { ...host, name: 'web1', status: 'failed' as const, reason: 'web1: fio ended with exit code 1' },
      { ...host, name: 'web2', status: 'unreachable' as const, reason: 'web2: no route' },
      { ...host, name: 'web3', status: 'lost' as const, reason: 'web33: is another' },
    ];
    const { reasons } = judge({ hosts, findings: [], checks: [], expectations: [], gaps: [] });
    assert.deepEqual(reasons, [
      'web1 failed: fio ended with exit code 1',
      'web2 is unreachable: no route',
      'web3 is lost: web33: is another',
    ]);
  });
});
