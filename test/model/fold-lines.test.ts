import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { LineFolder } from '../../src/model/fold-lines.ts';

describe('lines of many hosts', () => {
  it('are one where they are equal, in the order in which they were first said', () => {
    const folder = new LineFolder();
    for (const host of ['a', 'b', 'c']) for (const text of ['x', 'y']) folder.add(host, text);
    assert.deepEqual(folder.take(), [
      { text: 'x', hosts: ['a', 'b', 'c'] },
      { text: 'y', hosts: ['a', 'b', 'c'] },
    ]);
    assert.deepEqual(folder.take(), []);
  });

  it('lose nothing, and each host keeps its order', () => {
    const said = fc.record({ host: fc.constantFrom('a', 'b', 'c', 'd'), text: fc.constantFrom('x', 'y', 'z') });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 60 }), (all) => {
        const folder = new LineFolder();
        for (const { host, text } of all) folder.add(host, text);
        const lines = folder.take();
        for (const host of ['a', 'b', 'c', 'd']) {
          const kept = lines.flatMap(({ text, hosts }) => hosts.filter((one) => one === host).map(() => text));
          assert.deepEqual(
            kept,
            all.filter((one) => one.host === host).map(({ text }) => text),
          );
        }
      }),
    );
  });
});
