import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nodesOf, type Nodes } from '../../../src/controller/funkload/nodes.ts';
import { FunbricError } from '../../../src/model/errors.ts';
import { cyclesOf } from '../../../src/report/funkload/cycles.ts';
import { tablesOf, type FunkloadTables } from '../../../src/report/funkload/tables.ts';
import { bench, response, testResult, type BenchFields } from '../../support/funkload.ts';
import { jtlText, readBytes, rootlessText } from '../../support/result-files.ts';
import { samplesOf } from '../../support/samples.ts';

const compat = { isCompat: true, isJudged: false };
const strict = { isCompat: false, isJudged: false };

function node(name: string, start: number, fields: BenchFields = {}): string {
  return bench([response(start, 0.5), response(start + 1, 0.25), testResult(start, 1)], { node: name, ...fields });
}

function merge(texts: readonly string[], how = compat): Nodes {
  return nodesOf(
    texts.map((text, at) => readBytes(text, `n${at}.xml`)),
    how,
  );
}

function tables(texts: readonly string[], how = compat): FunkloadTables {
  const { results } = merge(texts, how);
  return tablesOf(cyclesOf(results), results[0]?.asked.durationSeconds ?? 0);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof FunbricError && error.code === 'input', String(error));
    return error.message;
  }
  assert.fail('it was not refused');
}

describe('results of several nodes', () => {
  it('are merged as FunkLoad does: users times nodes, all else added up', () => {
    const { Test, Request } = tables([node('a', 100), node('b', 100.5), node('c', 101)]);
    assert.deepEqual(Test, [['3', '0.300', '3', '3', '0.00%']]);
    assert.deepEqual(Request[0]?.slice(0, 8), ['3', '1.000', 'Excellent', '0.600', '3.000', '6', '6', '0.00%']);
  });

  it('are the same in any order', () => {
    const nodes = [node('a', 100), node('b', 100.5), node('c', 101)];
    assert.deepEqual(tables(nodes.toReversed()), tables(nodes));
  });

  it('are refused where one is there twice, whatever it is called', () => {
    for (const how of [compat, strict]) {
      assert.match(
        refusal(() => merge([node('a', 100), node('a', 100)], how)),
        /^n1\.xml is the same result as n0\.xml/,
      );
    }
  });

  it('are refused where cycles or durations differ, with what differs', () => {
    const others = [node('b', 100, { cycles: '[1, 2]' }), node('c', 100, { duration: '30' })];
    const message = refusal(() => merge([node('a', 100), ...others]));
    assert.match(message, /^ {2}cycles: 1 in n0\.xml, 1, 2 in n1\.xml$/m);
    assert.match(message, /^ {2}duration: 10 s in n0\.xml, 30 s in n2\.xml$/m);
  });

  it('are refused with --compat where one is not whole, and else shown with what is missing', () => {
    const cut = node('b', 100).slice(0, -'</funkload>\n'.length);
    assert.match(
      refusal(() => merge([node('a', 100), cut])),
      /^n1\.xml is not whole: .* FunkLoad merges such a file as if it were whole$/,
    );
    assert.match(merge([node('a', 100), cut], strict).gaps.join(), /^n1\.xml is not whole/);
    assert.equal(merge([cut]).gaps.length, 1);
  });

  it('are refused where they ran at different times or were of different tests, but not with --compat', () => {
    const late = [node('a', 100), node('b', 200)];
    assert.match(
      refusal(() => merge(late, strict)),
      /^n1\.xml began 99 s after n0\.xml had ended/,
    );
    assert.equal(merge(late).results.length, 2);
    const unlike = [node('a', 100), node('b', 100, { method: 'test_sell' })];
    assert.match(
      refusal(() => merge(unlike, strict)),
      /test: Shop\.test_buy in n0\.xml, Shop\.test_sell in n1\.xml/,
    );
    assert.equal(merge(unlike).results.length, 2);
  });

  it('are not judged again where their run was merged, but for what can not be added up', () => {
    const judged = { isCompat: false, isJudged: true };
    assert.equal(merge([node('a', 100), node('b', 200)], judged).results.length, 2);
    refusal(() => merge([node('a', 100), node('b', 100, { cycles: '[9]' })], judged));
  });

  it('are refused where they are not of a bench of FunkLoad', () => {
    assert.match(
      refusal(() => merge([jtlText])),
      /it is a JMeter/,
    );
    assert.match(
      refusal(() => merge([rootlessText])),
      /fl-run-test wrote it/,
    );
  });
});

describe("FunkLoad's own merges", { skip: samplesOf('funkload/merge').skip }, () => {
  const { path } = samplesOf('funkload/merge');
  const read = (name: string): string => readFileSync(join(path, name), 'utf8');
  const reported = (name: string): FunkloadTables => {
    const under = (title: string): readonly (readonly string[])[] =>
      (read(`${name}/merged.rst`).split(new RegExp(`^${title}\n-+\n`, 'm'))[1] ?? '')
        .split(/\n[^\n]+\n-{4,}\n/)[0]
        ?.split('\n')
        .filter((line) => /^ +\d+ +\d/.test(line))
        .map((line) => line.trim().split(/ +/)) ?? [];
    return { Test: under('Test stats'), Page: under('Page stats'), Request: under('Request stats') };
  };

  it('have the tables that we make of the same nodes, were the second another result than the first', () => {
    const nodes = [read('same_file_twice/node0.xml'), `${read('same_file_twice/node1.xml')}<!-- another -->`];
    assert.deepEqual(tables(nodes), reported('same_file_twice'));
    refusal(() => merge([nodes[0] ?? '', nodes[0] ?? '']));
  });

  it('have the tables of the one node that was not dropped', () => {
    const name = 'mismatched_cycles_skipped';
    assert.deepEqual(tables([read(`${name}/node0.xml`)]), reported(name));
    assert.match(
      refusal(() => merge([0, 1, 2].map((at) => read(`${name}/node${at}.xml`)))),
      /cycles: 1, 2, 3 in n0\.xml, 10, 20 in n1\.xml/,
    );
  });

  it('have the tables that we make of the same nodes, were the cut one whole', () => {
    const name = 'two_nodes_one_truncated_xup_1_2';
    const [whole, cut] = [read(`${name}/node0.xml`), read(`${name}/node1.xml`)];
    assert.deepEqual(tables([whole, `${cut}\n</funkload>\n`]), reported(name));
    assert.match(
      refusal(() => merge([whole, cut])),
      /is not whole/,
    );
  });
});
