import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { schemas } from '../../src/controller/schemas/schemas.ts';
import { root } from '../support/funbric.ts';
import { goldenNames, goldenRun } from '../support/golden.ts';
import { mistakesOf } from '../support/json-schema.ts';

const all = new Map(Object.entries(schemas()));

function mistakes(name: string, value: unknown): readonly string[] {
  const schema = all.get(name);
  assert.ok(schema !== undefined, name);
  return mistakesOf(schema, value);
}

describe('the JSON Schemas', () => {
  it('describe hosts.json, the lines of events.ndjson, plan.json, results and run.json, and can be written as JSON', () => {
    assert.deepEqual([...all.keys()], ['hosts', 'event', 'plan', 'result', 'output', 'run']);
    for (const [name, schema] of all) {
      const read: unknown = JSON.parse(JSON.stringify(schema));
      assert.ok(
        typeof read === 'object' && read !== null && ('properties' in read || 'oneOf' in read) && 'title' in read,
      );
      assert.equal(Reflect.get(read, '$id'), `urn:funbric:schema:${name}:1`);
    }
  });

  it('are published in docs/schemas as they are now: npm run schemas writes them', () => {
    const folder = join(root, 'docs/schemas');
    assert.deepEqual(readdirSync(folder).sort(), [...all.keys()].map((name) => `${name}.schema.json`).sort());
    for (const [name, schema] of all) {
      const published: unknown = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8'));
      assert.deepEqual(published, JSON.parse(JSON.stringify(schema)), name);
    }
  });

  it('refuse unknown settings of a host, as the program does, and describe the known ones', () => {
    const text = JSON.stringify(all.get('hosts'));
    assert.match(text, /"additionalProperties":false/);
    assert.match(text, /How to reach it: ssh/);
    assert.deepEqual(mistakes('hosts', { hosts: { a: { transport: 'local', prot: 22 } } }), [
      '/hosts/a: prot is unknown',
    ]);
  });

  it('take a hosts.json', () => {
    const example: unknown = JSON.parse(readFileSync(join(root, 'hosts.example.json'), 'utf8'));
    assert.deepEqual(mistakes('hosts', example), []);
  });

  for (const name of goldenNames) {
    it(`take a judged run and its plan, as written: ${name}`, () => {
      const run = goldenRun(name);
      assert.deepEqual(mistakes('run', JSON.parse(JSON.stringify(run))), []);
      assert.deepEqual(mistakes('plan', JSON.parse(JSON.stringify(run.plan))), []);
    });
  }

  it('take a run of a later version with more fields, and none of another version', () => {
    const run = goldenRun('pass');
    assert.deepEqual(mistakes('run', { ...run, news: 1, hosts: run.hosts.map((host) => ({ ...host, news: 2 })) }), []);
    assert.deepEqual(mistakes('run', { ...run, version: 2 }), ['/version: is not 1']);
  });

  it('say what is wrong deep within a run', () => {
    const run = goldenRun('fail');
    const [first, ...others] = run.hosts;
    assert.ok(first !== undefined);
    assert.deepEqual(mistakes('run', { ...run, hosts: [{ ...first, status: 'gone' }, ...others] }), [
      '/hosts/0/status: gone is none of completed, failed, lost, unreachable',
    ]);
    const { verdict: _, ...without } = run;
    assert.deepEqual(mistakes('run', without), [': verdict is missing']);
  });
});
