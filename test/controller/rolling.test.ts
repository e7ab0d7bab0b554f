import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchesOf, FailureBound, parseAmount, rollingOf, type Amount } from '../../src/controller/fan-out/rolling.ts';

describe('batches', () => {
  const cases: readonly (readonly [text: string, hosts: number, sizes: readonly number[]])[] = [
    ['1,10%,100%', 200, [1, 20, 179]],
    ['1,10%,100%', 5, [1, 1, 3]],
    ['2', 5, [2, 2, 1]],
    ['50%', 3, [1, 1, 1]],
    ['29%', 100, [29, 29, 29, 13]],
    ['10', 3, [3]],
    ['0.1%', 4, [1, 1, 1, 1]],
  ];
  for (const [text, hosts, sizes] of cases) {
    it(`of ${text} of ${hosts} hosts hold ${sizes.join(', ')}: a share is at least one host, the last size repeats`, () => {
      assert.deepEqual(rollingOf(amounts(text), undefined, hosts), { batches: sizes });
    });
  }

  it('hold every host once, in their order', () => {
    const hosts = Array.from({ length: 23 }, (_, at) => at);
    const batches = batchesOf(hosts, rollingOf(amounts('1,3,25%'), undefined, 23));
    assert.deepEqual(
      batches.flatMap(({ hosts: some }) => some),
      hosts,
    );
    assert.deepEqual([batches[1]?.number, batches[1]?.of], [2, batches.length]);
    assert.equal(batchesOf(hosts, undefined).length, 1);
  });

  for (const text of ['', 'x', '1.5', '101%', '-1', '1 0', '%']) {
    it(`are never ${JSON.stringify(text)}`, () => assert.equal(parseAmount(text), undefined));
  }
});

describe('the bound of --max-fail', () => {
  const bound = (text: string, hosts: number): FailureBound =>
    new FailureBound(rollingOf([], parseAmount(text), hosts));

  it('is passed by one more than it allows; unreachable and lost hosts count', () => {
    const two = bound('2', 10);
    for (const status of ['failed', 'completed', 'unreachable'] as const) two.note(status);
    assert.equal(two.reason, undefined);
    two.note('lost');
    assert.match(two.reason ?? '', /--max-fail allows 2, and 3 failed/);
  });

  it('of 0 is passed by the first failure, and one of 10% of 25 hosts by the third', () => {
    const none = bound('0', 10);
    none.note('failed');
    assert.ok(none.reason !== undefined);
    const some = bound('10%', 25);
    some.note('failed');
    some.note('failed');
    assert.equal(some.reason, undefined);
    some.note('failed');
    assert.ok(some.reason !== undefined);
  });

  it('needs not be given to stop behind a batch in which nothing succeeded', () => {
    const [batch] = batchesOf(['a', 'b', 'c', 'd'], rollingOf(amounts('2'), undefined, 4));
    assert.ok(batch !== undefined);
    const half = new FailureBound(undefined);
    half.endBatch(batch, ['failed', 'completed']);
    assert.equal(half.reason, undefined);
    half.endBatch(batch, ['failed', 'unreachable']);
    assert.match(half.reason ?? '', /all 2 hosts of batch 1 failed/);
  });
});

function amounts(text: string): readonly Amount[] {
  return text.split(',').map((one) => parseAmount(one) ?? assert.fail(one));
}
