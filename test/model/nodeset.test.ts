import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { FunbricError } from '../../src/model/errors.ts';
import { compareNatural } from '../../src/model/fold-nodeset.ts';
import { expandNodeSet, foldNodeSet } from '../../src/model/nodeset.ts';

describe('expanding a NodeSet', () => {
  const cases: readonly (readonly [text: string, names: readonly string[]])[] = [
    ['web1', ['web1']],
    ['a,b, c', ['a', 'b', 'c']],
    ['web[1-3]', ['web1', 'web2', 'web3']],
    ['web[08-11]', ['web08', 'web09', 'web10', 'web11']],
    ['n[1-9/3]', ['n1', 'n4', 'n7']],
    ['n[1,3,5-7]', ['n1', 'n3', 'n5', 'n6', 'n7']],
    ['r[1-2]n[01-02]', ['r1n01', 'r1n02', 'r2n01', 'r2n02']],
    ['[1-2].example.org', ['1.example.org', '2.example.org']],
    ['127.0.0.[2-4]', ['127.0.0.2', '127.0.0.3', '127.0.0.4']],
    ['web[1-2]:2222', ['web1:2222', 'web2:2222']],
    ['[::1]', ['[::1]']],
    ['[fe80::1%eth0]:22,b', ['[fe80::1%eth0]:22', 'b']],
    ['a,b,a', ['a', 'b']],
    ['$(touch x)', ['$(touch x)']],
    ['web[1-5]!web[2-3]', ['web1', 'web4', 'web5']],
    ['web[1-5]&web[4-9]', ['web4', 'web5']],
    ['a[1-3]^a[2-4]', ['a1', 'a4']],
    ['a,b!a,a', ['b', 'a']],
    ['a,b&b,c', ['b', 'c']],
    ['r[1-2]n[1-2] ! r2n1 ^ x', ['r1n1', 'r1n2', 'r2n2', 'x']],
    ['a!a', []],
  ];
  for (const [text, names] of cases) {
    it(`reads ${text}`, () => assert.deepEqual(expandNodeSet(text), names));
  }

  const mistakes: readonly (readonly [text: string, said: RegExp])[] = [
    ['', /no name here \(at character 1\)/],
    ['a,,b', /no name here \(at character 3\)/],
    ['!a', /no name here \(at character 1\)/],
    ['a&', /no name here \(at character 3\)/],
    ['[1-99999],x[1-2]', /more than 100000 names \(at character 11\)/],
    ['web[1-3', /'\[' that nothing closes \(at character 4\)/],
    ['web1]', /'\]' that nothing opened \(at character 5\)/],
    ['web[a-b]', /"a-b" in a bracket.*\(at character 5\)/],
    ['web[1,x]', /"x" in a bracket.*\(at character 7\)/],
    ['web[]', /"" in a bracket/],
    ['web[3-1]', /counts down from 3 to 1/],
    ['web[1-9/0]', /step of 0/],
    ['web[1-010]', /pads 1 and 010 differently/],
    ['web[1-1000000]', /more than 100000 names/],
    ['[1-1000][1-1000]', /more than 100000 names/],
    ['n[1-9999999999999999]', /more than 15 digits/],
  ];
  for (const [text, said] of mistakes) {
    it(`refuses ${text === '' ? 'an empty text' : text} and shows the place`, () => {
      assert.throws(
        () => expandNodeSet(text),
        (thrown) => thrown instanceof FunbricError && thrown.code === 'usage' && said.test(thrown.message),
      );
    });
  }
});

describe('calculating with NodeSets', () => {
  const groups = (group: string): string[] => ({ '*': ['a', 'b', 'c'], r1: ['a'], r2: ['b', 'c'] })[group] ?? [];

  it('knows groups, ranges of groups, and all, where there are some', () => {
    assert.deepEqual(expandNodeSet('@r[1-2]!b', groups), ['a', 'c']);
    assert.deepEqual(expandNodeSet('@*!@r2', groups), ['a']);
    assert.deepEqual(expandNodeSet('me@corp'), ['me@corp']);
  });

  it('goes from left to right, as sets do', () => {
    const part = fc.uniqueArray(
      fc.nat(9).map((n) => `n${n}`),
      { minLength: 1 },
    );
    const operator = fc.constantFrom(',', '!', '&', '^');
    fc.assert(
      fc.property(part, fc.array(fc.tuple(operator, part), { maxLength: 4 }), (first, rest) => {
        let expected = new Set(first);
        for (const [sign, names] of rest) {
          const all = [...expected, ...names];
          const kept = {
            ',': () => true,
            '!': (name: string) => !names.includes(name),
            '&': (name: string) => expected.has(name) && names.includes(name),
            '^': (name: string) => expected.has(name) !== names.includes(name),
          }[sign];
          expected = new Set(all.filter((name) => kept(name)));
        }
        const text = rest.map(([sign, names]) => sign + foldNodeSet(names)).join('');
        assert.deepEqual(new Set(expandNodeSet(foldNodeSet(first) + text)), expected);
      }),
    );
  });
});

describe('folding names', () => {
  const cases: readonly (readonly [names: readonly string[], text: string])[] = [
    [[], ''],
    [['db'], 'db'],
    [['web3', 'web1', 'web2', 'db'], 'db,web[1-3]'],
    [['web08', 'web09', 'web10'], 'web[08-10]'],
    [['web1', 'web01'], 'web[1,01]'],
    [['r1n1', 'r1n2', 'r2n1', 'r2n2'], 'r[1-2]n[1-2]'],
    [['r1n1', 'r1n2', 'r2n1'], 'r1n[1-2],r2n1'],
    [['n1', 'n3', 'n10'], 'n[1,3,10]'],
    [['a10', 'a9', 'b2'], 'a[9-10],b2'],
    [['[fe80::2]', '[fe80::1]'], '[fe80::1],[fe80::2]'],
    [['127.0.0.2', '127.0.0.3', '127.0.0.4'], '127.0.0.[2-4]'],
  ];
  for (const [names, text] of cases) {
    it(`folds ${names.join(' ')} to ${text}`, () => assert.equal(foldNodeSet(names), text));
  }

  const name = fc
    .array(fc.oneof(fc.constantFrom('web', 'n', '-', '.', 'é', '$(x)', ':'), fc.nat(12).map(String), padded()), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(''));

  it('loses no name and adds none: expanding what was folded gives the same set', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 60 }), (names) => {
        assert.deepEqual(new Set(expandNodeSet(foldNodeSet(names))), new Set(names));
      }),
    );
  });

  it('depends on the set only, not on its order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), (names) => {
        assert.equal(foldNodeSet(names.toReversed()), foldNodeSet(names));
      }),
    );
  });

  it('folds 20,000 names with two numbers each into one short text', () => {
    assert.equal(foldNodeSet(expandNodeSet('rack[01-20]-node[0001-1000]')), 'rack[01-20]-node[0001-1000]');
  });
});

describe('the natural order of names', () => {
  it('puts web2 before web10 and is the same from both sides', () => {
    assert.deepEqual(['web10', 'web2', 'web', 'a'].sort(compareNatural), ['a', 'web', 'web2', 'web10']);
  });
});

function padded(): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(1200), fc.integer({ min: 1, max: 4 })).map(([n, width]) => String(n).padStart(width, '0'));
}
