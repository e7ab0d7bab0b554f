import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hopText, parseJumps } from '../../src/model/jump.ts';

describe('jump hosts', () => {
  it('are read as ssh reads them', () => {
    assert.deepEqual(parseJumps('joe@gate:2222,10.0.0.1,[fe80::1]:23'), [
      { name: 'gate', user: 'joe', port: 2222 },
      { name: '10.0.0.1' },
      { name: 'fe80::1', port: 23 },
    ]);
    assert.deepEqual(parseJumps('ssh://joe@gate:22/'), [{ name: 'gate', user: 'joe', port: 22 }]);
    // A user may hold an @ of its own.
    assert.deepEqual(parseJumps('joe@corp@gate'), [{ name: 'gate', user: 'joe@corp' }]);
    assert.deepEqual(parseJumps('none'), []);
  });

  it('are written as they are read', () => {
    const text = 'joe@gate:2222,10.0.0.1,[fe80::1]:23';
    assert.equal(parseJumps(text).map(hopText).join(','), text);
  });

  for (const text of [
    '',
    ',',
    'a,',
    '@gate',
    'gate:',
    'gate:0',
    'gate:70000',
    'gate:x',
    'fe80::1',
    '-oProxyCommand=x',
    'a b',
    'a;b',
    '-u@gate',
    '$(x)',
    'a\u0007',
  ]) {
    it(`are not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseJumps(text), { code: 'usage', message: /is no jump host/ });
    });
  }
});
